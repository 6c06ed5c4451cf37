//! The kind of device on which somebody signs in, as people know it: "Firefox on Windows". It is read from what the
//! browser says of itself, which may be anything, so nothing is decided by it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A browser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Browser {
    /// Microsoft's.
    Edge,
    /// Mozilla's.
    Firefox,
    /// Google's, and its free sister.
    Chrome,
    /// Apple's.
    Safari,
    /// None of these, or unknown.
    #[default]
    Other,
}

/// What a device runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum System {
    /// A phone of Apple's.
    Iphone,
    /// A tablet of Apple's.
    Ipad,
    /// A phone or tablet with Google's system.
    Android,
    /// Microsoft's.
    Windows,
    /// A computer of Apple's.
    Mac,
    /// Google's laptops.
    ChromeOs,
    /// Linux.
    Linux,
    /// None of these, or unknown.
    #[default]
    Other,
}

/// A browser on a device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Device {
    /// Which browser.
    pub browser: Browser,
    /// On what.
    pub system: System,
}

/// By what each browser tells itself, the narrower before the wider: all of them claim to be others too.
const BROWSERS: [(&str, Browser); 8] = [
    ("Edg", Browser::Edge),
    ("Firefox/", Browser::Firefox),
    ("FxiOS/", Browser::Firefox),
    ("OPR/", Browser::Other),
    ("Chrome/", Browser::Chrome),
    ("CriOS/", Browser::Chrome),
    ("Chromium/", Browser::Chrome),
    ("Safari/", Browser::Safari),
];

/// The same for systems.
const SYSTEMS: [(&str, System); 7] = [
    ("iPhone", System::Iphone),
    ("iPad", System::Ipad),
    ("Android", System::Android),
    ("Windows", System::Windows),
    ("Macintosh", System::Mac),
    ("CrOS", System::ChromeOs),
    ("Linux", System::Linux),
];

impl Device {
    /// What a browser says that it is.
    pub fn of_user_agent(text: &str) -> Self {
        let browser = BROWSERS.iter().find(|(mark, _)| text.contains(mark)).map(|(_, browser)| *browser);
        let system = SYSTEMS.iter().find(|(mark, _)| text.contains(mark)).map(|(_, system)| *system);
        Self { browser: browser.unwrap_or_default(), system: system.unwrap_or_default() }
    }
}

/// "Firefox on Windows".
impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let browser = match self.browser {
            Browser::Edge => "Edge",
            Browser::Firefox => "Firefox",
            Browser::Chrome => "Chrome",
            Browser::Safari => "Safari",
            Browser::Other => "a browser",
        };
        let system = match self.system {
            System::Iphone => "an iPhone",
            System::Ipad => "an iPad",
            System::Android => "Android",
            System::Windows => "Windows",
            System::Mac => "a Mac",
            System::ChromeOs => "a Chromebook",
            System::Linux => "Linux",
            System::Other => "a device that we do not know",
        };
        write!(f, "{browser} on {system}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_named_as_people_name_it() {
        for (agent, words) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0",
                "Edge on Windows",
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile Safari/604.1",
                "Safari on an iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            ("curl/8", "a browser on a device that we do not know"),
            ("", "a browser on a device that we do not know"),
        ] {
            assert_eq!(Device::of_user_agent(agent).to_string(), words, "{agent}");
        }
    }
}
