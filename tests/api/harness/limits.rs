//! Limits: a server that has only those that a test is about, and requests from many addresses.

use super::{Answer, Launch, Server, documented_settings, variable};

impl Launch {
    /// Has these limits and no other; addresses count, and are what `X-Forwarded-For` says.
    pub fn limits(self, limits: &[(&str, &str)]) -> Self {
        let documented = documented_settings("default.toml").into_iter();
        let names = documented.filter(|(section, ..)| section == "limits").map(|(_, name, _)| name);
        let off = names.fold(self, |launch, name| launch.variable(&variable("limits", &name), "0"));
        let chosen = limits.iter().fold(off, |launch, (name, rates)| {
            assert!(rates.contains('/') || *name == "wrong_codes_in_a_row", "{rates}");
            launch.variable(&variable("limits", name), rates)
        });
        chosen.behind_a_proxy()
    }

    /// The test stands for a reverse proxy.
    pub fn behind_a_proxy(self) -> Self {
        self.variable("COUNTERSIGN__SERVER__TRUSTED_PROXIES", "127.0.0.1/32")
    }
}

impl Server {
    /// `countersign dev` with these limits and no other, those that count addresses too.
    pub async fn with_limits(limits: &[(&str, &str)]) -> Self {
        Launch::dev().argument("--strict-limits").limits(limits).start().await
    }

    /// That a limit allows `attempts` requests, each of which `expected` has to find in order, and no more; and after
    /// the time that it names one more, and no second.
    pub async fn allows(
        &self,
        attempts: usize,
        request: impl AsyncFn() -> Answer,
        expected: impl Fn(Answer) -> Answer,
    ) {
        for _ in 0..attempts {
            expected(request().await);
        }
        let wait = request().await.rate_limited();
        // Asking again makes nobody wait longer, and a second less is too soon.
        assert_eq!(request().await.rate_limited(), wait);
        if wait > 1 {
            self.advance(wait - 1).await;
            assert_eq!(request().await.rate_limited(), 1);
        }
        self.advance(1).await;
        expected(request().await);
        request().await.rate_limited();
    }
}

impl Answer {
    /// The seconds to wait of an answer that must say `rate_limited`, and say it in all ways.
    #[track_caller]
    pub fn rate_limited(self) -> u32 {
        let answer = self.expect_problem(429, "rate_limited");
        let wait = u32::try_from(answer.body["retry_after"].as_u64().unwrap()).unwrap();
        assert_eq!(answer.header("retry-after"), wait.to_string());
        // The limit that makes one wait longest is named, with nothing left.
        let left = format!(";r=0;t={wait}");
        assert!(answer.header("ratelimit").split(", ").any(|limit| limit.ends_with(&left)), "{answer:?}");
        assert!(answer.header("ratelimit-policy").contains(";q="), "{answer:?}");
        wait
    }
}
