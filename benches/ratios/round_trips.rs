//! Counts the round trips to PostgreSQL when a right code is verified. A proxy delays the connection, and the
//! added time divided by the delay is the number of round trips. The rest of the request cancels out.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use reqwest::Url;

use crate::person::Newcomer;
use crate::proxy::DelayProxy;
use crate::{Failure, servers};

/// The delay of the proxy. It is much longer than the request takes without it.
const DELAY: Duration = Duration::from_millis(20);
/// Verifications that are not counted. Each connection prepares its statements on first use.
const WARM_UP: usize = 2;

/// Returns the round trips of `samples` verifications.
pub async fn of_verify(url: &str, twilio: SocketAddr, samples: usize) -> Result<Vec<f64>, Failure> {
    let mut url = Url::parse(url)?;
    let host = url.host_str().ok_or("the database's URL has no host")?.to_owned();
    let proxy = DelayProxy::to((host, url.port().unwrap_or(5432)))?;
    url.set_host(Some(&proxy.address.ip().to_string()))?;
    url.set_port(Some(proxy.address.port())).map_err(|()| "the database's URL cannot have a port")?;
    let one = [("database.max_connections", "1"), ("server.workers", "1")];
    let api = servers::api(&servers::settings(url.as_str(), twilio, &one)?)?;
    for _ in 0..WARM_UP {
        verify(&api, twilio).await?;
    }
    let mut trips = Vec::new();
    for _ in 0..samples {
        proxy.set_delay(Duration::ZERO);
        let short = verify(&api, twilio).await?;
        proxy.set_delay(DELAY);
        let long = verify(&api, twilio).await?;
        trips.push(long.saturating_sub(short).as_secs_f64() / DELAY.as_secs_f64());
    }
    Ok(trips)
}

async fn verify(api: &servers::Api, twilio: SocketAddr) -> Result<Duration, Failure> {
    let newcomer = Newcomer::sign_up(api, twilio).await?;
    // Only the first code also marks the number as verified, so it is not measured.
    newcomer.log_in().await?.verify().await?;
    let ready = newcomer.log_in().await?;
    let began = Instant::now();
    ready.verify().await?;
    Ok(began.elapsed())
}
