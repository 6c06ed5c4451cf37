//! TLS of our own: certificate and key from files, read again when they change, so that whoever renews them has
//! nothing to restart.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use actix_web::rt;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, version};
use sha2::{Digest as _, Sha256};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// How often the files are looked at without being told.
const LOOKED_AT_EVERY: Duration = Duration::from_secs(60);

/// Where certificate and key lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate with its chain, in PEM.
    pub certificate: PathBuf,
    /// Its key, in PEM.
    pub key: PathBuf,
}

/// Certificate and key cannot be used, and why. No word of the key is in it.
#[derive(Debug, thiserror::Error)]
pub enum TlsProblem {
    /// A file cannot be read.
    #[error("[tls] {path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file holds something else.
    #[error("[tls] {path}: this holds no {wanted} in PEM")]
    Content {
        /// Which.
        path: PathBuf,
        /// What should be in it.
        wanted: &'static str,
    },
    /// They do not belong together, or are of a kind that is not known.
    #[error("[tls] the certificate and the key do not go together: {0}")]
    Pair(rustls::Error),
    /// TLS cannot be set up at all.
    #[error("[tls] {0}")]
    SetUp(rustls::Error),
}

/// The certificate that is shown to clients at this moment.
pub struct Certificates {
    files: TlsFiles,
    shown: RwLock<Shown>,
}

#[derive(Clone)]
struct Shown {
    pair: Arc<CertifiedKey>,
    /// Of both files together.
    digest: [u8; 32],
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificates").field("files", &self.files).finish_non_exhaustive()
    }
}

/// What a look at the files found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looked {
    /// Another certificate, which is shown from now on.
    Renewed,
    /// The same as before.
    Same,
}

impl Certificates {
    /// Reads the files.
    ///
    /// # Errors
    /// When they cannot be read or do not go together.
    pub fn open(files: TlsFiles) -> Result<Arc<Self>, TlsProblem> {
        let shown = read(&files)?;
        Ok(Arc::new(Self { files, shown: RwLock::new(shown) }))
    }

    /// Reads the files again. What was shown stays where they cannot be used.
    ///
    /// # Errors
    /// When they cannot be read or do not go together.
    pub fn look_again(&self) -> Result<Looked, TlsProblem> {
        let fresh = read(&self.files)?;
        let mut shown = self.shown.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if fresh.digest == shown.digest {
            return Ok(Looked::Same);
        }
        *shown = fresh;
        Ok(Looked::Renewed)
    }

    /// What rustls needs to listen: TLS 1.2 and 1.3, no client certificates.
    ///
    /// # Errors
    /// When rustls cannot be set up.
    pub fn config(self: &Arc<Self>) -> Result<ServerConfig, TlsProblem> {
        let builder = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&version::TLS13, &version::TLS12])
            .map_err(TlsProblem::SetUp)?;
        let shown: Arc<dyn ResolvesServerCert> = Arc::<Self>::clone(self);
        Ok(builder.with_no_client_auth().with_cert_resolver(shown))
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let shown = self.shown.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        Some(Arc::clone(&shown.pair))
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn read(files: &TlsFiles) -> Result<Shown, TlsProblem> {
    let (certificate, key) = (bytes(&files.certificate)?, bytes(&files.key)?);
    let no_chain = || TlsProblem::Content { path: files.certificate.clone(), wanted: "certificate" };
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(&certificate).collect::<Result<_, _>>().map_err(|_| no_chain())?;
    if chain.is_empty() {
        return Err(no_chain());
    }
    let private = PrivateKeyDer::from_pem_slice(&key)
        .map_err(|_| TlsProblem::Content { path: files.key.clone(), wanted: "private key" })?;
    let pair = CertifiedKey::from_der(chain, private, &provider()).map_err(TlsProblem::Pair)?;
    let digest = Sha256::new().chain_update(&certificate).chain_update(&key).finalize().into();
    Ok(Shown { pair: Arc::new(pair), digest })
}

fn bytes(path: &Path) -> Result<Vec<u8>, TlsProblem> {
    std::fs::read(path).map_err(|source| TlsProblem::File { path: path.to_owned(), source })
}

/// Looks at the files every minute, and at once when the program gets a `SIGHUP`. It ends with the program. The signal is
/// listened for before this returns: until then it would end the program.
pub fn watch(certificates: Arc<Certificates>) -> impl Future<Output = ()> {
    let mut told = signal(SignalKind::hangup()).ok();
    async move {
        loop {
            tokio::select! {
                () = hangup(&mut told) => {}
                () = rt::time::sleep(LOOKED_AT_EVERY) => {}
            }
            match certificates.look_again() {
                Ok(Looked::Renewed) => tracing::info!("a new TLS certificate is shown from now on"),
                Ok(Looked::Same) => {}
                Err(problem) => tracing::error!(%problem, "the TLS certificate of before is still shown"),
            }
        }
    }
}

/// Waits for the signal; for ever where there can be none.
async fn hangup(told: &mut Option<Signal>) {
    match told {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(folder: &Path, certificate: &str, key: &str) -> TlsFiles {
        let files = TlsFiles { certificate: folder.join("chain.pem"), key: folder.join("key.pem") };
        std::fs::write(&files.certificate, certificate).unwrap();
        std::fs::write(&files.key, key).unwrap();
        files
    }

    fn made() -> (String, String) {
        let made = rcgen::generate_simple_self_signed(["heard.example".to_owned()]).unwrap();
        (made.cert.pem(), made.signing_key.serialize_pem())
    }

    #[test]
    fn what_cannot_be_used_is_told_by_file_and_no_key_is_repeated() {
        let folder = tempfile::tempdir().unwrap();
        let ((certificate, key), (_, another)) = (made(), made());
        for (certificate, key, told) in [
            ("nothing", key.as_str(), "chain.pem: this holds no certificate"),
            (certificate.as_str(), "nothing", "key.pem: this holds no private key"),
            (certificate.as_str(), another.as_str(), "do not go together"),
        ] {
            let said = Certificates::open(files(folder.path(), certificate, key)).unwrap_err().to_string();
            assert!(said.contains(told), "{said}");
            assert!(!said.contains("PRIVATE KEY"), "{said}");
        }
        let nowhere = TlsFiles { certificate: "/nowhere/chain.pem".into(), key: "/nowhere/key.pem".into() };
        assert!(Certificates::open(nowhere).unwrap_err().to_string().contains("/nowhere/chain.pem"));
    }

    #[test]
    fn a_renewed_certificate_is_taken_and_a_broken_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = made();
        let shown = Certificates::open(files(folder.path(), &certificate, &key)).unwrap();
        let present = || shown.shown.read().unwrap().digest;
        let first = present();
        assert_eq!(shown.look_again().unwrap(), Looked::Same);
        files(folder.path(), "half a", &key);
        assert!(shown.look_again().is_err());
        assert_eq!(present(), first);
        let (certificate, key) = made();
        files(folder.path(), &certificate, &key);
        assert_eq!(shown.look_again().unwrap(), Looked::Renewed);
        assert_ne!(present(), first);
    }
}
