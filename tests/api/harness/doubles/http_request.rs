//! Reads HTTP/1.1 requests from a socket, as far as the server's own client uses the protocol.

use std::collections::HashMap;

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

/// A complete request.
pub struct HttpRequest {
    pub path: String,
    pub body: String,
    head: String,
}

impl HttpRequest {
    /// The value of a header; empty if it is missing.
    pub fn header(&self, name: &str) -> String {
        header(&self.head, name).unwrap_or_default().to_owned()
    }

    /// The form fields in the body.
    pub fn form(&self) -> HashMap<String, String> {
        let url = reqwest::Url::parse(&format!("http://form/?{}", self.body)).unwrap();
        url.query_pairs().into_owned().collect()
    }
}

/// `None` if the other side has closed the connection.
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
