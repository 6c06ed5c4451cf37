//! The whole server on a socket of its own, in a thread of the test.

use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc::channel;
use std::thread::{self, JoinHandle};

use actix_web::dev::ServerHandle;
use heard::app::App;
use heard::web::front::Front;
use heard::web::server::{self, Listening};

/// It listens until it is dropped.
pub struct Served {
    pub address: SocketAddr,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Served {
    pub fn start(app: App) -> Self {
        Self::behind(app, Front::default())
    }

    pub fn behind(app: App, front: Front) -> Self {
        let (pass, started) = channel();
        let thread = thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                // Somebody may take the port between the look and the start.
                let (address, running) = (0..9)
                    .find_map(|_| {
                        let address =
                            TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).unwrap();
                        {
                            let listening = Listening { front: front.clone(), ..Listening::plainly(address) };
                            server::start(app.clone(), listening).ok()
                        }
                        .map(|running| (address, running))
                    })
                    .expect("there is a free port");
                pass.send((address, running.handle())).unwrap();
                running.await.unwrap();
            });
        });
        let (address, handle) = started.recv().unwrap();
        Self { address, handle, thread: Some(thread) }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // The command is on its way with the call; the answer is not waited for.
        drop(self.handle.stop(false));
        drop(self.thread.take().map(JoinHandle::join));
    }
}
