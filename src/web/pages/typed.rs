//! What a person typed into a form, as it was typed.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The fields of one form, in order; one name may come more than once.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typed(Vec<(String, String)>);

impl Typed {
    /// Reads the body of a form post. A body that is no form has no fields: the questions then ask again.
    pub fn read(body: &str) -> Self {
        Self(serde_html_form::from_str(body).unwrap_or_default())
    }

    /// The body of a form post with these fields.
    pub fn to_text(&self) -> String {
        serde_html_form::to_string(&self.0).unwrap_or_default()
    }

    /// The first value of that name, without space around it; empty when the field is missing.
    pub fn get(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    /// The first value of that name as it was typed, space around it and all: for passwords.
    pub fn exactly(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(field, _)| field == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// Every value of that name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.trim())
    }

    /// Every name with its value, in order.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// Without that field.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.0.retain(|(field, _)| field != name);
        self
    }

    /// Without what nobody but its owner may read, on no page and in no hidden field.
    #[must_use]
    pub fn without_secrets(mut self) -> Self {
        let secret =
            |field: &str| matches!(field, "current" | "code" | "recovery") || field.contains("password");
        self.0.retain(|(field, _)| !secret(field));
        self
    }

    /// What was written in words, of more than one: worth copying where a form was not taken.
    pub fn written(&self) -> Vec<String> {
        let own = self.clone().without_secrets().0.into_iter().map(|(_, value)| value);
        own.filter(|value| value.trim().contains(char::is_whitespace)).collect()
    }

    /// With one more value.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.push((name.to_owned(), value.into()));
        self
    }

    /// With one more value, where there is one.
    #[must_use]
    pub fn with_some(self, name: &str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }
}

/// What people typed never appears in a log: only the names of the fields do.
impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_in_any_script_and_a_name_may_come_twice() {
        let typed = Typed::read("name=+Zo%C3%AB+&about=staff&about=headteacher");
        assert_eq!(typed.get("name"), "Zoë");
        assert_eq!(typed.all("about").collect::<Vec<_>>(), ["staff", "headteacher"]);
        assert_eq!(typed.get("nothing"), "");
        assert_eq!(Typed::read("%ff%fe"), Typed::read("%ff%fe"));
    }

    #[test]
    fn what_is_shown_again_holds_no_password() {
        let typed = Typed::read("words=Two+words&name=Amara&current=my+old+words&password=my+new+words");
        assert_eq!(typed.written(), ["Two words"]);
        assert_eq!(typed.without_secrets().pairs().len(), 2);
    }

    #[test]
    fn what_was_typed_stays_out_of_logs() {
        assert_eq!(format!("{:?}", Typed::default().with("name", "Farah")), "[\"name\"]");
    }
}
