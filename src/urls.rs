//! Addresses as values: no path is spelled in a template, a mail or a redirect.
