//! Starting and stopping the practice service, and the doors that every request passes: the host it
//! was sent to, the key. What is behind them is in `api`, `files` and `specs`.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use lastframe_model::Catalogue;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

use crate::connection::{CuttableListener, Scissors};
use crate::links::{self, Links};
use crate::options::{Options, RehearsalError};
use crate::store::{self, Store};
use crate::{api, files, runner, specs};

/// Largest body of a submit, in bytes.
const BODY_LIMIT: usize = 64 << 20;
/// Clips rendered side by side.
const RENDERERS: usize = 2;

/// What every request and every rendering shares.
pub(crate) struct Shared {
    pub options: Options,
    pub store: Store,
    pub links: Links,
    /// What can be generated with: the usual models, and every further one whose spec can be read.
    pub catalogue: Catalogue,
    /// Further specs, as they are served.
    pub further: Vec<Value>,
    /// `http://127.0.0.1:PORT`
    pub address: String,
    /// SHA-256 of the key: what is compared has always the same length.
    key_digest: [u8; 32],
    /// Set when the service stops: renderings give up at the next frame and go on after a restart.
    pub stopping: AtomicBool,
    /// Permits to render.
    pub renderers: Semaphore,
    /// Everything that still runs.
    pub running: TaskTracker,
}

/// A running practice service. Dropping it stops it without waiting.
pub struct Rehearsal {
    shared: Arc<Shared>,
    key: SecretString,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<()>,
}

impl Rehearsal {
    /// Starts the service on 127.0.0.1 and goes on with the tasks in its folder.
    ///
    /// # Errors
    ///
    /// [`RehearsalError::Port`] when the port is taken, [`RehearsalError::Folder`] when the folder
    /// cannot be used, [`RehearsalError::Speed`] for a speed that is not positive.
    pub async fn start(options: Options) -> Result<Self, RehearsalError> {
        if !(options.speed.is_finite() && options.speed > 0.0) {
            return Err(RehearsalError::Speed);
        }
        let folder_error = |source| RehearsalError::Folder { folder: options.folder.clone(), source };
        let store = Store::open(&options.folder).map_err(folder_error)?;
        let key = store::key(&options.folder).map_err(folder_error)?;
        let port_error = |source| RehearsalError::Port { port: options.port, source };
        let listener =
            TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, options.port))).await.map_err(port_error)?;
        let address = format!("http://{}", listener.local_addr().map_err(port_error)?);
        let further = specs::at(&options.models, &address);
        let shared = Arc::new(Shared {
            store,
            links: Links::new(key.expose_secret(), options.link_lifetime),
            catalogue: specs::catalogue(&further, &address),
            further,
            address,
            key_digest: Sha256::digest(key.expose_secret()).into(),
            stopping: AtomicBool::new(false),
            renderers: Semaphore::new(RENDERERS),
            running: TaskTracker::new(),
            options,
        });
        for id in shared.store.open_tasks() {
            runner::start(&shared, id);
        }
        let (stop, stopped) = oneshot::channel();
        let service = router(&shared).into_make_service_with_connect_info::<Scissors>();
        let server = tokio::spawn(async move {
            let until = async {
                let _ = stopped.await;
            };
            let served = axum::serve(CuttableListener(listener), service).with_graceful_shutdown(until).await;
            if let Err(error) = served {
                tracing::error!(%error, "the practice service stopped");
            }
        });
        Ok(Self { shared, key, stop: Some(stop), server })
    }

    /// Base address, e.g. `http://127.0.0.1:41234`. The model specs are under it too.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.shared.address
    }

    /// The key that submits and polls must carry.
    #[must_use]
    pub fn key(&self) -> SecretString {
        self.key.clone()
    }

    /// The faults that wait to happen; add to them at any time.
    #[must_use]
    pub fn faults(&self) -> crate::Faults {
        self.shared.options.faults.clone()
    }

    /// Stops it: no new requests, renderings pause at their next frame. Unfinished tasks go on when a
    /// service is started in the same folder again.
    pub async fn shutdown(mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if tokio::time::timeout(Duration::from_millis(500), &mut self.server).await.is_err() {
            self.server.abort();
        }
        self.shared.running.close();
        self.shared.running.wait().await;
    }
}

impl Drop for Rehearsal {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        self.server.abort();
    }
}

fn router(shared: &Arc<Shared>) -> Router {
    let keyed = Router::new()
        .route("/model/v1/generation", post(api::submit))
        .route("/model/v1/generation/task/{id}", get(api::poll))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn_with_state(Arc::clone(shared), require_key));
    Router::new()
        .merge(keyed)
        .route("/files/{id}/{name}", get(files::download))
        .route("/api/v1/skill/models", get(specs::list))
        .route("/api/v1/skill/models/{id}/spec", get(specs::spec))
        .fallback(|| async { api::error(StatusCode::NOT_FOUND, None, "There is nothing at this address.") })
        .layer(middleware::from_fn(require_host))
        .with_state(Arc::clone(shared))
}

/// Refuses requests that were sent to another name: a web page may point its own name at 127.0.0.1.
async fn require_host(request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    if matches!(name, "127.0.0.1" | "localhost") {
        next.run(request).await
    } else {
        api::error(StatusCode::MISDIRECTED_REQUEST, None, "This service answers to 127.0.0.1 and localhost only.")
    }
}

async fn require_key(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let digest: [u8; 32] =
        Sha256::digest(given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default()).into();
    if links::same(&digest, &shared.key_digest) {
        next.run(request).await
    } else {
        api::error(StatusCode::UNAUTHORIZED, None, "The API key is missing or invalid.").into_response()
    }
}
