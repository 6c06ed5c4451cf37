//! A device with passkeys, as browsers know them (WebAuthn): it makes a key for a site, and signs with it. What it says
//! can be told wrong, to see what comes of it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// The person is there, and the device has seen their finger.
const THERE: u8 = 0x01;
pub const SEEN: u8 = THERE | 0x04;
const WITH_A_KEY: u8 = 0x40;

/// A device with one passkey.
#[derive(Clone)]
pub struct Device {
    key: SigningKey,
    credential: Vec<u8>,
    /// Whose passkey it says that it is.
    pub user: Vec<u8>,
    /// The site whose name it signs.
    pub site: String,
    /// The page that the browser says asked.
    pub origin: String,
    /// What it has seen of its owner.
    pub flags: u8,
    /// How often it was used.
    pub count: u32,
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A text or bytes as CBOR has them, shorter than 65,536.
fn cbor(kind: u8, bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap().to_be_bytes();
    [&[kind | 0x19], length.as_slice(), bytes].concat()
}

impl Device {
    /// Makes a passkey for the site that asks, and answers as a browser does.
    pub fn makes(options: &Value, origin: &str, number: u8) -> (Self, Value) {
        let asked = &options["publicKey"];
        assert_eq!(asked["authenticatorSelection"]["residentKey"], "required");
        assert_eq!(asked["authenticatorSelection"]["userVerification"], "required");
        let device = Self {
            key: SigningKey::from_slice(&[number; 32]).unwrap(),
            credential: vec![number; 16],
            user: URL_SAFE_NO_PAD.decode(asked["user"]["id"].as_str().unwrap()).unwrap(),
            site: asked["rp"]["id"].as_str().unwrap().to_owned(),
            origin: origin.to_owned(),
            flags: SEEN,
            count: 0,
        };
        let answer = device.answers_the_making(options);
        (device, answer)
    }

    /// The answer to somebody who wants a new passkey: this one.
    pub fn answers_the_making(&self, options: &Value) -> Value {
        let point = self.key.verifying_key().to_sec1_point(false);
        // kty EC2, alg ES256, crv P-256, x, y.
        let key = [
            &[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21],
            cbor(0x40, point.x().unwrap()).as_slice(),
            &[0x22],
            cbor(0x40, point.y().unwrap()).as_slice(),
        ]
        .concat();
        let length = u16::try_from(self.credential.len()).unwrap().to_be_bytes();
        let mut said = self.said(self.flags | WITH_A_KEY);
        said.extend([[0; 16].as_slice(), &length, &self.credential, &key].concat());
        let object = [
            &[0xa3],
            cbor(0x60, b"fmt").as_slice(),
            &cbor(0x60, b"none"),
            &cbor(0x60, b"attStmt"),
            &[0xa0],
            &cbor(0x60, b"authData"),
            &cbor(0x40, &said),
        ]
        .concat();
        let client = self.client("webauthn.create", options);
        self.answer(&json!({ "attestationObject": text(&object), "clientDataJSON": text(client.as_bytes()) }))
    }

    /// Signs what the site asks for, and counts it.
    pub fn signs(&mut self, options: &Value) -> Value {
        self.count += 1;
        let said = self.said(self.flags);
        let client = self.client("webauthn.get", options);
        let signed = [said.as_slice(), &Sha256::digest(client.as_bytes())].concat();
        let signature: Signature = self.key.sign(&signed);
        self.answer(&json!({
            "authenticatorData": text(&said),
            "clientDataJSON": text(client.as_bytes()),
            "signature": text(signature.to_der().as_bytes()),
            "userHandle": text(&self.user),
        }))
    }

    fn said(&self, flags: u8) -> Vec<u8> {
        [Sha256::digest(self.site.as_bytes()).as_slice(), &[flags], &self.count.to_be_bytes()].concat()
    }

    fn client(&self, kind: &str, options: &Value) -> String {
        let challenge = &options["publicKey"]["challenge"];
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false })
            .to_string()
    }

    fn answer(&self, response: &Value) -> Value {
        let id = text(&self.credential);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response })
    }
}
