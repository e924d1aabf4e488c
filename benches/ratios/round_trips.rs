//! How many times a right code waits for PostgreSQL: the wire to it is made longer, and what that adds is divided by how
//! much longer it is. Nothing else of the request counts, however long it takes.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use reqwest::Url;

use crate::person::Newcomer;
use crate::proxy::Wire;
use crate::{Failure, servers};

/// How much longer the wire is made: far more than a request takes otherwise.
const DELAY: Duration = Duration::from_millis(20);
/// Before it counts: each connection prepares its statements when it first needs them.
const WARM_UP: usize = 2;

/// Round trips of as many verifications.
pub async fn of_verify(url: &str, twilio: SocketAddr, samples: usize) -> Result<Vec<f64>, Failure> {
    let mut url = Url::parse(url)?;
    let host = url.host_str().ok_or("the database's URL names no host")?.to_owned();
    let wire = Wire::to((host, url.port().unwrap_or(5432)))?;
    url.set_host(Some(&wire.address.ip().to_string()))?;
    url.set_port(Some(wire.address.port())).map_err(|()| "the database's URL has no place for a port")?;
    let one = [("database.max_connections", "1"), ("server.workers", "1")];
    let api = servers::api(&servers::settings(url.as_str(), twilio, &one)?)?;
    for _ in 0..WARM_UP {
        verify(&api, twilio).await?;
    }
    let mut trips = Vec::new();
    for _ in 0..samples {
        wire.delay(Duration::ZERO);
        let short = verify(&api, twilio).await?;
        wire.delay(DELAY);
        let long = verify(&api, twilio).await?;
        trips.push(long.saturating_sub(short).as_secs_f64() / DELAY.as_secs_f64());
    }
    Ok(trips)
}

async fn verify(api: &servers::Api, twilio: SocketAddr) -> Result<Duration, Failure> {
    let newcomer = Newcomer::sign_up(api, twilio).await?;
    // The first code also proves the number, once.
    newcomer.log_in().await?.verify().await?;
    let ready = newcomer.log_in().await?;
    let began = Instant::now();
    ready.verify().await?;
    Ok(began.elapsed())
}
