//! Generates load. Each connection stays open and sends its next prepared request after a complete answer.
//! The generator does little besides system calls, because it shares the machine with the server.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::response::Response;
use crate::{Failure, cpu};

/// How much longer than planned a round may take, to receive the last answers on a busy machine.
const GRACE: Duration = Duration::from_secs(10);
/// The maximum size of an answer. The server's answers are smaller than 2 KiB.
const BUFFER: usize = 16 * 1024;

/// The result of a round.
#[derive(Debug, Clone, Copy)]
pub struct Round {
    /// Answers, or hashes, per second.
    pub per_second: f64,
    /// The server's CPU time per answer or hash.
    pub cpu: Option<Duration>,
    /// The 99th percentile of the latency. `None` if there were no requests.
    pub p99: Option<Duration>,
}

/// Prepared requests and their targets.
pub struct Script {
    targets: Vec<SocketAddr>,
    requests: Vec<Vec<u8>>,
    max_requests: usize,
    sent: AtomicUsize,
}

impl Script {
    /// Sends `requests` in turn. All rounds together send each of them at most `laps` times.
    pub fn new(target: SocketAddr, requests: Vec<Vec<u8>>, laps: usize) -> Arc<Self> {
        Self::shared(vec![target], requests, laps)
    }

    /// Like [`Self::new`], but distributes the connections over several replicas.
    pub fn shared(targets: Vec<SocketAddr>, requests: Vec<Vec<u8>>, laps: usize) -> Arc<Self> {
        let max_requests = requests.len().saturating_mul(laps);
        Arc::new(Self { targets, requests, max_requests, sent: AtomicUsize::new(0) })
    }

    fn next(&self) -> Result<&[u8], Failure> {
        let number = self.sent.fetch_add(1, Ordering::Relaxed);
        let request = self.requests.get(number % self.requests.len().max(1));
        request
            .filter(|_| number < self.max_requests)
            .map(Vec::as_slice)
            .ok_or("there are no requests left".into())
    }
}

/// Runs one round over `connections` connections, which `threads` threads share.
pub fn run(
    script: &Arc<Script>,
    connections: usize,
    threads: usize,
    length: Duration,
) -> Result<Round, Failure> {
    let start = Arc::new(Barrier::new(threads + 1));
    let loads: Vec<_> = (0..threads)
        .map(|number| {
            let script = script.clone();
            let start = start.clone();
            let share = connections / threads + usize::from(number < connections % threads);
            std::thread::spawn(move || load(&script, share, &start, length))
        })
        .collect();
    start.wait();
    let cpu_before = cpu::of_process();
    let began = Instant::now();
    let mut latencies = Vec::new();
    let mut load_cpu = Some(Duration::ZERO);
    for load in loads {
        let (of_load, cpu) = load.join().map_err(|_| "a thread of the load panicked")??;
        latencies.extend(of_load);
        load_cpu = load_cpu.zip(cpu).map(|(sum, cpu)| sum + cpu);
    }
    let elapsed = began.elapsed();
    let all_cpu = cpu::of_process().zip(cpu_before).map(|(now, before)| now.saturating_sub(before));
    let server_cpu = all_cpu.zip(load_cpu).map(|(all, load)| all.saturating_sub(load));
    let answers = u32::try_from(latencies.len())?;
    latencies.sort_unstable();
    Ok(Round {
        per_second: f64::from(answers) / elapsed.as_secs_f64(),
        cpu: server_cpu.map(|cpu| cpu / answers.max(1)),
        p99: latencies.get(latencies.len() * 99 / 100).copied(),
    })
}

fn load(
    script: &Arc<Script>,
    connections: usize,
    start: &Barrier,
    length: Duration,
) -> Result<(Vec<Duration>, Option<Duration>), Failure> {
    let connected = connect(&script.targets, connections);
    // Even after an error, because the other threads wait for this one.
    start.wait();
    let streams = connected?;
    let cpu_before = cpu::of_thread();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let answers = runtime.block_on(async {
        let deadline = Instant::now() + length;
        let mut clients: JoinSet<Result<Vec<Duration>, Failure>> = JoinSet::new();
        for stream in streams {
            clients.spawn(client(TcpStream::from_std(stream)?, script.clone(), deadline));
        }
        let all = async {
            let mut answers = Vec::new();
            while let Some(client) = clients.join_next().await {
                answers.extend(client??);
            }
            Ok::<_, Failure>(answers)
        };
        tokio::time::timeout(length + GRACE, all).await?
    })?;
    let cpu = cpu::of_thread().zip(cpu_before).map(|(now, before)| now.saturating_sub(before));
    Ok((answers, cpu))
}

fn connect(targets: &[SocketAddr], connections: usize) -> std::io::Result<Vec<std::net::TcpStream>> {
    let connect = |target| {
        let stream = std::net::TcpStream::connect(target)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(stream)
    };
    targets.iter().cycle().take(connections).map(connect).collect()
}

/// Sends requests until the deadline and returns the latency of each.
async fn client(
    mut stream: TcpStream,
    script: Arc<Script>,
    deadline: Instant,
) -> Result<Vec<Duration>, Failure> {
    let mut buffer = vec![0; BUFFER];
    let mut answers = Vec::new();
    loop {
        let began = Instant::now();
        if began >= deadline {
            return Ok(answers);
        }
        stream.write_all(script.next()?).await?;
        let mut filled = 0;
        loop {
            let read = stream.read(buffer.get_mut(filled..).unwrap_or_default()).await?;
            if read == 0 {
                return Err("the server closed the connection, or an answer was too long".into());
            }
            filled += read;
            let received = buffer.get(..filled).unwrap_or_default();
            match Response::parse(received)? {
                Some(response) if response.status != 200 => {
                    return Err(format!("answered: {}", String::from_utf8_lossy(received)).into());
                }
                Some(response) if response.length <= filled => break,
                _ => {}
            }
        }
        answers.push(began.elapsed());
    }
}
