//! Slips of the finger in email addresses: the few that people make again and again.

use super::text::EmailAddress;

/// The providers that most families use, with the endings under which they take mail. The first ending is the usual one.
const PROVIDERS: [(&str, &[&str]); 15] = [
    ("gmail", &["com"]),
    ("googlemail", &["com"]),
    ("hotmail", &["com", "co.uk", "fr", "de", "es", "it", "be", "nl"]),
    ("outlook", &["com", "fr", "de", "es", "it", "ie", "pt", "in"]),
    ("yahoo", &["com", "co.uk", "fr", "de", "es", "it", "ie", "ca", "co.in", "in"]),
    ("ymail", &["com"]),
    ("icloud", &["com"]),
    ("live", &["com", "co.uk", "fr", "de", "nl", "it", "ie", "be", "ca"]),
    ("btinternet", &["com"]),
    ("virginmedia", &["com"]),
    ("talktalk", &["net"]),
    ("ntlworld", &["com"]),
    ("protonmail", &["com", "ch"]),
    ("aol", &["com", "co.uk"]),
    ("sky", &["com"]),
];

/// Providers of their own that are one slip away from one of those.
const ALSO_REAL: [&str; 6] = ["mail", "email", "gmx", "rocketmail", "fastmail", "hushmail"];

/// A name as short as "sky" is one slip away from too many others.
const LONG_ENOUGH: usize = 5;

/// Endings that nobody has, with what they were to be.
const SLIPPED_ENDINGS: [(&str, &str); 16] = [
    ("con", "com"),
    ("cpm", "com"),
    ("cim", "com"),
    ("vom", "com"),
    ("xom", "com"),
    ("ocm", "com"),
    ("cmo", "com"),
    ("comm", "com"),
    ("coom", "com"),
    ("ccom", "com"),
    ("couk", "co.uk"),
    ("co.ku", "co.uk"),
    ("co.u", "co.uk"),
    ("co.ukk", "co.uk"),
    ("cp.uk", "co.uk"),
    ("c.uk", "co.uk"),
];

/// The address that was probably meant, when this one looks mistyped. It is for asking, never for changing unasked.
pub fn probably_meant(address: &EmailAddress) -> Option<EmailAddress> {
    let (local, domain) = address.as_str().rsplit_once('@')?;
    let (name, ending) = domain.split_once('.')?;
    let (name, ending) = match PROVIDERS.iter().find(|(known, _)| is_meant(name, known)) {
        Some((known, endings)) => (*known, provider_ending(ending, endings)),
        None => (name, mended(ending)),
    };
    let meant = format!("{name}.{ending}");
    (meant != domain).then(|| EmailAddress::parse(&format!("{local}@{meant}")).ok()).flatten()
}

/// Endings that are real, but where a provider of many countries is concerned were probably cut short.
const CUT_SHORT: [&str; 5] = ["co", "cm", "om", "uk", "c"];

/// The ending under which that provider takes mail: a British slip stays British where there is such an ending. What
/// may be another country's is left alone.
fn provider_ending<'a>(ending: &'a str, endings: &[&'a str]) -> &'a str {
    let mended = mended(ending);
    let may_be_abroad = endings.len() > 1 && mended == ending && !CUT_SHORT.contains(&ending);
    if endings.contains(&mended) || may_be_abroad {
        return mended;
    }
    let british = endings.iter().find(|known| **known == "co.uk").filter(|_| ending.ends_with("uk"));
    british.or(endings.first()).copied().unwrap_or(mended)
}

fn mended(ending: &str) -> &str {
    let slipped = SLIPPED_ENDINGS.iter().find(|(slip, _)| *slip == ending);
    slipped.map_or(ending, |(_, right)| right)
}

fn is_meant(name: &str, known: &str) -> bool {
    let is_real = PROVIDERS.iter().any(|(real, _)| *real == name) || ALSO_REAL.contains(&name);
    name == known || (!is_real && known.len() >= LONG_ENOUGH && is_one_slip(name, known))
}

/// Whether one letter too many, too few, wrong, or two that changed places make one of the other.
fn is_one_slip(typed: &str, known: &str) -> bool {
    let (typed, known): (Vec<char>, Vec<char>) = (typed.chars().collect(), known.chars().collect());
    let same = typed.iter().zip(&known).take_while(|(one, other)| one == other).count();
    let (_, typed) = typed.split_at(same);
    let (_, known) = known.split_at(same);
    match (typed, known) {
        ([_, rest @ ..], _) if rest == known => true,
        (_, [_, rest @ ..]) if rest == typed => true,
        ([_, rest @ ..], [_, other @ ..]) if rest == other => true,
        ([a, b, rest @ ..], [c, d, other @ ..]) => a == d && b == c && rest == other,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(domain: &str) -> Option<String> {
        let address = EmailAddress::parse(&format!("Zoe.B@{domain}")).unwrap();
        let meant = probably_meant(&address)?;
        Some(meant.as_str().strip_prefix("Zoe.B@").unwrap().to_owned())
    }

    #[test]
    fn slips_of_the_finger_are_seen() {
        let rows = [
            ("gmial.com", "gmail.com"),
            ("gamil.com", "gmail.com"),
            ("gmal.com", "gmail.com"),
            ("gmaill.com", "gmail.com"),
            ("gnail.com", "gmail.com"),
            ("gmail.con", "gmail.com"),
            ("gmail.co", "gmail.com"),
            ("gmail.co.uk", "gmail.com"),
            ("gmial.con", "gmail.com"),
            ("hotmial.co.uk", "hotmail.co.uk"),
            ("hotmail.couk", "hotmail.co.uk"),
            ("hotmail.uk", "hotmail.co.uk"),
            ("hotmai.com", "hotmail.com"),
            ("yaho.com", "yahoo.com"),
            ("yahooo.co.uk", "yahoo.co.uk"),
            ("outlok.com", "outlook.com"),
            ("iclould.com", "icloud.com"),
            ("icloud.co", "icloud.com"),
            ("btintenet.com", "btinternet.com"),
            ("talktalk.com", "talktalk.net"),
            ("sky.con", "sky.com"),
            ("example.con", "example.com"),
            ("willow-trust.co.ku", "willow-trust.co.uk"),
        ];
        for (typed, right) in rows {
            assert_eq!(meant(typed).as_deref(), Some(right), "{typed}");
        }
    }

    /// An address that may be right is left alone: a question too many makes people doubt what they know.
    #[test]
    fn addresses_that_may_be_right_are_left_alone() {
        let right = [
            "gmail.com",
            "googlemail.com",
            "ymail.com",
            "mail.com",
            "email.com",
            "gmx.com",
            "hotmail.co.uk",
            "hotmail.fr",
            "yahoo.co.in",
            "yahoo.com.au",
            "live.co.uk",
            "love.com",
            "ski.com",
            "nhs.net",
            "hazel-lane.sch.uk",
            "example.org",
            "firma.co",
            "school.cm",
        ];
        for domain in right {
            assert_eq!(meant(domain), None, "{domain}");
        }
    }
}
