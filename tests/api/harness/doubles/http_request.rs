//! Reads an HTTP request from a socket: as much of HTTP/1.1 as the server's own client speaks.

use std::collections::HashMap;

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

/// A request that came whole.
pub struct HttpRequest {
    pub path: String,
    pub body: String,
    head: String,
}

impl HttpRequest {
    /// A header's value; empty where it is missing.
    pub fn header(&self, name: &str) -> String {
        header(&self.head, name).unwrap_or_default().to_owned()
    }

    /// The fields of the form in its body.
    pub fn form(&self) -> HashMap<String, String> {
        let url = reqwest::Url::parse(&format!("http://form/?{}", self.body)).unwrap();
        url.query_pairs().into_owned().collect()
    }
}

/// `None` where the other side has gone.
pub async fn read(stream: &mut TcpStream) -> Option<HttpRequest> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length: usize = header(head, "content-length").map_or(0, |value| value.parse().unwrap());
            if body.len() >= length {
                let path = head.split(' ').nth(1).unwrap().to_owned();
                return Some(HttpRequest { path, body: body.to_owned(), head: head.to_owned() });
            }
        }
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return None,
            Ok(length) => bytes.extend_from_slice(&buffer[..length]),
        }
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().skip(1).find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then_some(value.trim())
    })
}
