//! What stands between a client and Heard: a proxy that is believed, TLS of our own, and the name under which both
//! are reached.
//!
//! A header can be written by anybody. What a proxy says of its client counts only when the connection comes from a
//! proxy of the configuration, and of a chain only the part that such proxies wrote.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{FORWARDED, HOST, HeaderMap, HeaderName, LOCATION};
use actix_web::http::uri::Authority;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use ipnet::IpNet;

use crate::app::access::limit::Network;
use crate::app::error::Error;
use crate::config::ProxyHeader;
use crate::urls::{self, BaseUrl};

use super::extract::ClientAddress;
use super::problem::ApiError;
use super::session::app;
use super::trouble::Trouble;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// How the server is reached. Register it as `web::Data<Front>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Front {
    /// Who is believed when they say for whom they speak.
    pub proxies: Proxies,
    /// What becomes of a request that came without TLS to the program itself.
    pub plain: Plain,
    /// How long a client may take.
    pub patience: Patience,
}

impl Default for Front {
    fn default() -> Self {
        Self { proxies: Proxies::default(), plain: Plain::Served, patience: Patience::default() }
    }
}

/// What becomes of a request that came without TLS to the program itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plain {
    /// It is answered: TLS is the work of a proxy, or this is a test machine.
    Served,
    /// It is sent on to TLS, which the program speaks itself.
    SentOn,
}

/// How long a client may take before its connection is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For the handshake of TLS.
    pub handshake: Duration,
    /// For the head of a request, the whole of it.
    pub head: Duration,
    /// For a body, before its size counts.
    pub body: Duration,
    /// How many bytes of a body buy it one second more.
    pub bytes_a_second: u32,
    /// Between two requests on one connection.
    pub idle: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(5),
            head: Duration::from_secs(10),
            body: Duration::from_secs(20),
            bytes_a_second: 4096,
            idle: Duration::from_secs(15),
        }
    }
}

/// Who is believed when they say for whom they speak, and in which header they say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxies {
    /// Their networks.
    pub trusted: Vec<IpNet>,
    /// Where they write the addresses. The other header is whatever a client sent, and is not read.
    pub header: ProxyHeader,
}

impl Default for Proxies {
    /// This machine.
    fn default() -> Self {
        let own = [IpAddr::from([127, 0, 0, 1]), IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1])];
        Self { trusted: own.map(IpNet::from).to_vec(), header: ProxyHeader::XForwarded }
    }
}

/// What is believed of where a request comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The client.
    pub client: ClientAddress,
    /// Whoever the connection is with.
    peer: Peer,
    /// How it travelled to the first proxy that is believed; nothing where none said so.
    travelled: Option<Travelled>,
    /// The host that the client asked for.
    host: Option<String>,
}

/// Whoever a connection is with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Peer {
    /// A program on this machine: a proxy, or a script.
    ThisMachine,
    /// Somebody else.
    Another,
}

impl Peer {
    fn of(address: Option<IpAddr>) -> Self {
        // In-process requests have none.
        if address.is_none_or(|address| address.is_loopback()) { Self::ThisMachine } else { Self::Another }
    }
}

/// How a request travelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Travelled {
    /// By TLS.
    Tls,
    /// For everybody on the way to read.
    Plain,
}

impl Travelled {
    fn read(scheme: &str) -> Option<Self> {
        match scheme.trim().to_ascii_lowercase().as_str() {
            "https" => Some(Self::Tls),
            "http" => Some(Self::Plain),
            _ => None,
        }
    }
}

/// One entry of a chain: what one proxy says of whoever it took the request from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Hop {
    /// `None` where the proxy wrote no address.
    address: Option<IpAddr>,
    scheme: Option<String>,
    host: Option<String>,
}

impl Proxies {
    fn believes(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(&address))
    }

    /// Where a request of that peer with those headers comes from. `authority` is the host that stands in the
    /// request line itself, as HTTP/2 has it.
    pub fn origin(&self, peer: Option<IpAddr>, authority: Option<&str>, headers: &HeaderMap) -> Origin {
        let peer = peer.map(|peer| peer.to_canonical());
        let own_host = authority.map(str::to_owned).or_else(|| one(headers, &HOST));
        let from = Peer::of(peer);
        let direct = |client| Origin { client, peer: from, travelled: None, host: own_host.clone() };
        match peer {
            // Whoever comes through a proxy that is not in the list is not this machine, wherever the proxy runs.
            Some(peer) if !self.believes(peer) => direct(of_peer(peer, Header::Present)),
            // In-process requests have no peer and count like those of a proxy on this machine.
            Some(_) | None => {
                let said = self.said(headers);
                let peer = peer.unwrap_or(IpAddr::from([127, 0, 0, 1]));
                let Some(hop) = self.client(peer, said) else {
                    return direct(of_peer(peer, Header::Absent));
                };
                Origin {
                    // An address that cannot be read is counted as the proxy's own, and never as nobody's.
                    client: of_peer(hop.address.unwrap_or(peer), Header::Present),
                    peer: from,
                    travelled: hop.scheme.as_deref().and_then(Travelled::read),
                    host: hop.host.or(own_host),
                }
            }
        }
    }

    /// The entry of the right-most address that is no proxy of ours: everything left of it was written by it or by
    /// whoever it spoke for. An entry without an address ends the chain at the proxy that wrote it.
    fn client(&self, peer: IpAddr, said: Vec<Hop>) -> Option<Hop> {
        let mut nearest: Option<Hop> = None;
        for hop in said.into_iter().rev() {
            let Some(address) = hop.address else {
                // What else it says is still the word of a proxy that is believed.
                let before =
                    nearest.and_then(|hop| hop.address).or(Some(peer).filter(|it| !it.is_loopback()));
                return Some(Hop { address: before, ..hop });
            };
            let ends = !self.believes(address);
            nearest = Some(hop);
            if ends {
                break;
            }
        }
        nearest
    }

    fn said(&self, headers: &HeaderMap) -> Vec<Hop> {
        match self.header {
            ProxyHeader::Forwarded => entries(headers, &FORWARDED).map(|entry| forwarded(&entry)).collect(),
            ProxyHeader::XForwarded => {
                let schemes: Vec<String> = entries(headers, &FORWARDED_PROTO).collect();
                let hosts: Vec<String> = entries(headers, &FORWARDED_HOST).collect();
                // What stands at the same place from the end is of the same proxy; one that stands alone is of them all.
                let beside = |said: &[String], from_the_end: usize| {
                    said.iter().rev().nth(from_the_end).or(said.first()).cloned()
                };
                let hop = |address: Option<IpAddr>, from_the_end: usize| Hop {
                    address,
                    scheme: beside(&schemes, from_the_end),
                    host: beside(&hosts, from_the_end),
                };
                let addresses: Vec<String> = entries(headers, &FORWARDED_FOR).collect();
                let last = addresses.len().saturating_sub(1);
                let chain: Vec<Hop> = addresses
                    .iter()
                    .enumerate()
                    .map(|(at, entry)| hop(address_of(entry), last - at))
                    .collect();
                let says_something = !schemes.is_empty() || !hosts.is_empty();
                if chain.is_empty() && says_something { vec![hop(None, 0)] } else { chain }
            }
        }
    }
}

/// Whether somebody said for whom they speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Header {
    Present,
    Absent,
}

/// This machine itself is not counted, but whoever a proxy on it speaks for is.
fn of_peer(address: IpAddr, header: Header) -> ClientAddress {
    if address.is_loopback() && header == Header::Absent {
        ClientAddress::ThisMachine
    } else {
        ClientAddress::Network(Network::of(address))
    }
}

/// The entries of a header that may stand several times, in the order in which they were written.
fn entries<'a>(headers: &'a HeaderMap, name: &'a HeaderName) -> impl Iterator<Item = String> + use<'a> {
    headers
        .get_all(name)
        .flat_map(|value| value.to_str().unwrap_or("unknown").split(','))
        .map(|entry| entry.trim().to_owned())
}

/// The value of a header; the empty text, which is no name of anybody, where there are several or it cannot be read.
fn one(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let mut values = headers.get_all(name);
    let value = values.next()?.to_str().ok().filter(|_| values.next().is_none());
    Some(value.unwrap_or_default().to_owned())
}

/// An address with or without a port, as proxies write it; `unknown` and made-up names are none.
fn address_of(entry: &str) -> Option<IpAddr> {
    let bare = entry.trim_start_matches('[').trim_end_matches(']');
    let with_port = || entry.parse::<SocketAddr>().ok().map(|socket| socket.ip());
    bare.parse().ok().or_else(with_port).map(|address: IpAddr| address.to_canonical())
}

/// One element of `Forwarded` (RFC 7239): `for=192.0.2.1;proto=https;host=heard.example`.
fn forwarded(element: &str) -> Hop {
    let mut hop = Hop::default();
    for pair in element.split(';') {
        let Some((name, value)) = pair.split_once('=') else { continue };
        let value = value.trim().trim_matches('"');
        match name.trim().to_ascii_lowercase().as_str() {
            "for" => hop.address = address_of(value),
            "proto" => hop.scheme = Some(value.to_owned()),
            "host" => hop.host = Some(value.to_owned()),
            _ => {}
        }
    }
    hop
}

/// Where a request comes from, as far as it can be believed.
pub fn origin_of(request: &HttpRequest) -> Origin {
    let (peer, authority) = (request.peer_addr().map(|peer| peer.ip()), request.uri().authority());
    let authority = authority.map(Authority::as_str);
    match request.app_data::<Data<Front>>() {
        Some(front) => front.proxies.origin(peer, authority, request.headers()),
        None => Proxies::default().origin(peer, authority, request.headers()),
    }
}

/// Stands around every page and the API: a request under another name, or one that everybody on the way could read,
/// is not answered here but led to the address of the configuration. Whoever watches over the program asks it under
/// any name.
///
/// # Errors
/// Those of what it stands around.
pub async fn guard<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let watched = matches!(request.path(), urls::HEALTH | urls::READY);
    note_disbelief(request.request());
    let refused = if watched { None } else { elsewhere(request.request()) };
    match refused {
        None => Ok(next.call(request).await?.map_into_left_body()),
        Some(answer) => Ok(request.into_response(answer).map_into_right_body()),
    }
}

/// Notes a header that speaks for somebody, and is not believed: it is forged, or a proxy is missing in the list.
fn note_disbelief(request: &HttpRequest) {
    let own = Proxies::default();
    let proxies = request.app_data::<Data<Front>>().map_or(&own, |front| &front.proxies);
    let stranger = request.peer_addr().is_some_and(|peer| !proxies.believes(peer.ip().to_canonical()));
    if stranger && !proxies.said(request.headers()).is_empty() {
        tracing::warn!(target: "security", event = "forwarding_not_believed");
    }
}

/// The answer to a request that does not belong here.
fn elsewhere(request: &HttpRequest) -> Option<HttpResponse> {
    let base = app(request).ok()?.base();
    let origin = origin_of(request);
    if !names_us(base, &origin) {
        tracing::warn!(target: "security", event = "other_host");
        return Some(not_here(request, base));
    }
    let plain = match (request.app_config().secure(), origin.travelled) {
        (true, _) | (false, Some(Travelled::Tls)) => false,
        (false, Some(Travelled::Plain)) => true,
        (false, None) => sends_on(request),
    };
    (plain && base.is_https()).then(|| by_tls(request, base))
}

fn sends_on(request: &HttpRequest) -> bool {
    request.app_data::<Data<Front>>().is_some_and(|front| front.plain == Plain::SentOn)
}

/// Whether the client asked for the name that links are made with; programs on this machine may ask for it by its own
/// names, which nobody can make lead elsewhere.
/// A request without `Host` has no name that anything could be made from, and a demo on every address of a machine has
/// no name that could be another's.
fn names_us(base: &BaseUrl, origin: &Origin) -> bool {
    let Some(host) = &origin.host else { return true };
    if address_of(base.host()).is_some_and(|address| address.is_unspecified()) {
        return true;
    }
    let asked = name_of(host);
    asked.eq_ignore_ascii_case(base.host())
        || (origin.peer == Peer::ThisMachine || is_this_machine(base.host())) && is_this_machine(asked)
}

/// The name in `name:port`, without the dot of a complete one.
fn name_of(host: &str) -> &str {
    let port = |rest: &str| !rest.is_empty() && rest.bytes().all(|sign| sign.is_ascii_digit());
    let name = match host.rsplit_once(':') {
        Some((name, rest)) if port(rest) && (!name.contains(':') || name.ends_with(']')) => name,
        Some(_) | None => host,
    };
    name.strip_suffix('.').unwrap_or(name)
}

fn is_this_machine(name: &str) -> bool {
    name.eq_ignore_ascii_case("localhost") || address_of(name).is_some_and(|address| address.is_loopback())
}

fn not_here(request: &HttpRequest, base: &BaseUrl) -> HttpResponse {
    if request.path().starts_with(urls::API) {
        return HttpResponse::from_error(ApiError(Error::NotFound));
    }
    HttpResponse::from_error(Trouble::OtherAddress(base.link(urls::HOME).into()))
}

/// Whoever looks at a page is sent to the same one by TLS. What was sent for everybody to read is not taken, so that
/// a program or a form that is set up wrongly is noticed.
fn by_tls(request: &HttpRequest, base: &BaseUrl) -> HttpResponse {
    if !request.method().is_safe() || request.path().starts_with(urls::API) {
        return not_here(request, base);
    }
    let wanted = request.uri().path_and_query().map_or(urls::HOME, |wanted| wanted.as_str());
    HttpResponse::MovedPermanently().insert_header((LOCATION, base.link(wanted).to_string())).finish()
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn proxies(trusted: &[&str], header: ProxyHeader) -> Proxies {
        let trusted = trusted.iter().map(|text| crate::config::network(text).unwrap()).collect();
        Proxies { trusted, header }
    }

    fn asked(proxies: &Proxies, peer: &str, said: &[(HeaderName, &str)]) -> Origin {
        let mut headers = HeaderMap::new();
        for (name, value) in said {
            headers.append(name.clone(), HeaderValue::from_str(value).unwrap());
        }
        proxies.origin(Some(peer.parse().unwrap()), None, &headers)
    }

    fn network(text: &str) -> ClientAddress {
        ClientAddress::Network(Network::of(text.parse().unwrap()))
    }

    /// Whoever writes their own header stays who they are.
    #[test]
    fn only_a_proxy_on_this_machine_is_believed() {
        let own = Proxies::default();
        let from = |peer: &str, said: &[&str]| {
            let said: Vec<_> = said.iter().map(|entry| (FORWARDED_FOR, *entry)).collect();
            asked(&own, peer, &said).client
        };
        assert_eq!(from("203.0.113.9", &["192.0.2.1"]), network("203.0.113.9"));
        assert_eq!(from("10.0.0.3", &["192.0.2.1"]), network("10.0.0.3"), "the next machine is not this one");
        assert_eq!(from("127.0.0.1", &["192.0.2.1"]), network("192.0.2.1"));
        assert_eq!(from("127.0.0.1", &["198.51.100.5, 192.0.2.1"]), network("192.0.2.1"));
        assert_eq!(from("::1", &["198.51.100.5", "192.0.2.1"]), network("192.0.2.1"));
        assert_eq!(from("127.0.0.1", &[]), ClientAddress::ThisMachine);
        assert_eq!(
            from("127.0.0.1", &["nonsense"]),
            network("127.0.0.1"),
            "whoever cannot be told is counted"
        );
    }

    /// A chain is read from its end: what stands left of the first stranger is the stranger's own word.
    #[test]
    fn of_a_chain_only_the_part_that_our_proxies_wrote_counts() {
        let ours = proxies(&["127.0.0.1", "10.0.0.0/8", "2001:db8:5::/48"], ProxyHeader::XForwarded);
        for (said, client) in [
            ("192.0.2.1, 10.1.2.3", "192.0.2.1"),
            ("198.51.100.66, 192.0.2.1, 10.1.2.3, 10.9.9.9", "192.0.2.1"),
            ("10.1.2.3, 192.0.2.1", "192.0.2.1"),
            ("192.0.2.1:55123, 10.1.2.3:443", "192.0.2.1"),
            ("[2001:db8:9::7]:443, 2001:db8:5::1", "2001:db8:9::7"),
            ("::ffff:192.0.2.1, 10.1.2.3", "192.0.2.1"),
            // Whoever writes no address hides nobody: the limit counts the proxy that wrote it.
            ("198.51.100.66, unknown, 10.1.2.3", "10.1.2.3"),
            ("10.4.4.4, 10.1.2.3", "10.4.4.4"),
        ] {
            assert_eq!(asked(&ours, "10.7.7.7", &[(FORWARDED_FOR, said)]).client, network(client), "{said}");
        }
        assert_eq!(asked(&ours, "10.7.7.7", &[]).client, network("10.7.7.7"));
    }

    #[test]
    fn the_header_that_our_proxies_do_not_write_is_a_clients_and_not_read() {
        let both = [(FORWARDED_FOR, "192.0.2.1"), (FORWARDED, "for=198.51.100.66;proto=http")];
        let x = proxies(&["127.0.0.1"], ProxyHeader::XForwarded);
        assert_eq!(asked(&x, "127.0.0.1", &both).client, network("192.0.2.1"));
        assert_eq!(asked(&x, "127.0.0.1", &both).travelled, None);
        let standard = proxies(&["127.0.0.1"], ProxyHeader::Forwarded);
        let origin = asked(&standard, "127.0.0.1", &both);
        assert_eq!((origin.client, origin.travelled), (network("198.51.100.66"), Some(Travelled::Plain)));
    }

    #[test]
    fn forwarded_is_read_as_its_standard_writes_it() {
        let ours = proxies(&["127.0.0.1", "10.0.0.0/8"], ProxyHeader::Forwarded);
        let said = "for=198.51.100.66, For=\"[2001:db8:cafe::17]:4711\" ; proto=https;host=heard.example, for=10.2.2.2";
        let origin = asked(&ours, "127.0.0.1", &[(FORWARDED, said)]);
        assert_eq!(origin.client, network("2001:db8:cafe::17"));
        assert_eq!(origin.travelled, Some(Travelled::Tls));
        assert_eq!(origin.host.as_deref(), Some("heard.example"));
    }

    #[test]
    fn a_host_is_ours_by_the_name_of_the_configuration_and_by_no_other() {
        let base = BaseUrl::parse("https://heard.example.org").unwrap();
        let asking = |host: &str, peer| {
            let client = network("192.0.2.1");
            Origin { client, peer, travelled: None, host: Some(host.to_owned()) }
        };
        let named = |host: &str, peer| names_us(&base, &asking(host, peer));
        let (outside, here) = (Peer::Another, Peer::ThisMachine);
        for ours in ["heard.example.org", "HEARD.example.org:443", "heard.example.org."] {
            assert!(named(ours, outside), "{ours}");
        }
        for other in
            ["evil.example", "heard.example.org.evil.example", "localhost", "", "heard.example.org@x", "a:b"]
        {
            assert!(!named(other, outside), "{other}");
        }
        assert!(named("127.0.0.1:8080", here) && named("[::1]:8080", here) && named("localhost", here));
        assert!(!named("evil.example", here), "a name that was bent to this machine");
        let everywhere = BaseUrl::parse("http://0.0.0.0:8080").unwrap();
        let lan = asking("192.168.1.5:8080", outside);
        assert!(names_us(&everywhere, &lan), "a demo in a school's network");
    }
}
