//! HTTP over a socket, as far as tests need it: one request, one connection, the answer whole.

use std::fmt::Write as _;
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// How long an answer may take before the test counts as failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// A request.
#[derive(Clone, Debug)]
pub struct Request {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn new(method: &str, path: &str) -> Self {
        Self { method: method.into(), path: path.into(), headers: Vec::new(), body: Vec::new() }
    }

    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    pub fn post(path: &str) -> Self {
        Self::new("POST", path)
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub fn bearer(self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    pub fn json(self, body: &Value) -> Self {
        self.bytes("application/json", body.to_string().into_bytes())
    }

    pub fn bytes(mut self, media_type: &str, body: Vec<u8>) -> Self {
        self.body = body;
        self.header("Content-Type", media_type)
    }

    /// Sends it and reads the answer to its end.
    ///
    /// # Errors
    /// When the connection breaks before the answer is whole.
    pub fn send(&self, to: SocketAddr) -> io::Result<Answer> {
        let mut stream = TcpStream::connect_timeout(&to, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut head =
            format!("{} {} HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        let _ = write!(head, "Content-Length: {}\r\n\r\n", self.body.len());
        stream.write_all(head.as_bytes())?;
        // A server that has read enough answers and hangs up: what it said still counts.
        let sent = stream.write_all(&self.body);
        let mut answer = Vec::new();
        let read = stream.read_to_end(&mut answer);
        Answer::parse(&answer, &self.method)
            .map_or_else(|| Err(sent.and(read).err().unwrap_or_else(broken)), Ok)
    }
}

fn broken() -> io::Error {
    io::Error::from(io::ErrorKind::UnexpectedEof)
}

impl Answer {
    /// `None` when it is not whole.
    fn parse(bytes: &[u8], method: &str) -> Option<Self> {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = std::str::from_utf8(&bytes[..end]).ok()?;
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let rest = &bytes[end + 4..];
        let named =
            |wanted: &str| headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        let body = match named("content-length") {
            _ if method == "HEAD" => Vec::new(),
            Some(length) => rest.get(..length.parse().ok()?)?.to_vec(),
            None if named("transfer-encoding") == Some("chunked") => unchunked(rest)?,
            None => rest.to_vec(),
        };
        Some(Self { status, headers, body })
    }

    /// The first header of that name, in lower case.
    pub fn named(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

fn unchunked(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|window| window == b"\r\n")?;
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..end]).ok()?, 16).ok()?;
        if length == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(end + 2..end + 2 + length)?);
        rest = rest.get(end + 4 + length..)?;
    }
}

mod tests {
    use super::*;

    #[test]
    fn an_answer_that_broke_off_is_none() {
        let whole = b"HTTP/1.1 201 Created\r\nContent-Length: 5\r\nETag: \"3\"\r\n\r\nhello";
        let answer = Answer::parse(whole, "POST").unwrap();
        assert_eq!(
            (answer.status, answer.text().as_str(), answer.named("etag")),
            (201, "hello", Some("\"3\""))
        );
        assert!((0..whole.len()).all(|cut| Answer::parse(&whole[..cut], "POST").is_none()));
        let chunked =
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
        assert_eq!(Answer::parse(chunked, "GET").unwrap().body, b"abcde");
        assert!(Answer::parse(&chunked[..chunked.len() - 6], "GET").is_none());
    }
}
