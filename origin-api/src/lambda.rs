//! The same server as an AWS Lambda function, behind a function URL, an HTTP or REST API, or a load balancer.

use crate::app::App;
use crate::http::{Side, router};
use crate::server::gathered;
use axum::body::Body;
use axum::extract::ConnectInfo;
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt as _, run, service_fn};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tower::ServiceExt as _;

/// Whether this process is run by Lambda.
pub(crate) fn is_here() -> bool {
    std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_some()
}

/// Answers what Lambda hands over, until it is stopped.
pub(crate) async fn serve(app: Arc<App>) -> Result<(), String> {
    let router = router(&app, Side::public(&app));
    let service = service_fn(move |request: Request| {
        let (router, app) = (router.clone(), Arc::clone(&app));
        async move {
            // Nothing runs between two requests here, so that the first one after a while looks after the rest.
            app.when_due().await;
            let peer = peer(&request);
            let mut request = request.map(|body| match body {
                lambda_http::Body::Text(text) => Body::from(text),
                lambda_http::Body::Binary(bytes) => Body::from(bytes),
                _ => Body::empty(),
            });
            if let Some(peer) = peer {
                request.extensions_mut().insert(ConnectInfo(SocketAddr::new(peer, 0)));
            }
            gathered(&mut request);
            router.oneshot(request).await
        }
    });
    run(service).await.map_err(|problem| problem.to_string())
}

/// Who asks, as far as the event tells: the platform's word, not a header's.
fn peer(request: &Request) -> Option<IpAddr> {
    let address = match request.request_context_ref()? {
        RequestContext::ApiGatewayV2(context) => context.http.source_ip.as_deref(),
        RequestContext::ApiGatewayV1(context) => context.identity.source_ip.as_deref(),
        _ => None,
    };
    address?.parse().ok()
}
