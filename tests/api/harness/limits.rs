//! Servers with chosen limits.

use super::{Answer, Launch, Server, documented_settings, variable};

impl Launch {
    /// Sets these limits and switches all others off. Addresses come from `X-Forwarded-For`.
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

    /// Trusts the test as a reverse proxy.
    pub fn behind_a_proxy(self) -> Self {
        self.variable("COUNTERSIGN__SERVER__TRUSTED_PROXIES", "127.0.0.1/32")
    }
}

impl Server {
    /// `countersign dev` with these limits and no others, including limits on addresses.
    pub async fn with_limits(limits: &[(&str, &str)]) -> Self {
        Launch::dev().argument("--strict-limits").limits(limits).start().await
    }

    /// Checks that a limit allows `attempts` requests and rejects the next. After the wait that the rejection
    /// reports, one more request is allowed, and no second. `expected` checks each allowed answer.
    pub async fn check_limit(
        &self,
        attempts: usize,
        request: impl AsyncFn() -> Answer,
        expected: impl Fn(Answer) -> Answer,
    ) {
        for _ in 0..attempts {
            expected(request().await);
        }
        let wait = request().await.rate_limited();
        // Further attempts do not extend the wait, and a second less is too soon.
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
    /// The seconds to wait. The answer must be `rate_limited` and report the wait in every form.
    #[track_caller]
    pub fn rate_limited(self) -> u32 {
        let answer = self.expect_problem(429, "rate_limited");
        let wait = u32::try_from(answer.body["retry_after"].as_u64().unwrap()).unwrap();
        assert_eq!(answer.header("retry-after"), wait.to_string());
        // The header names the limit with the longest wait, with nothing left.
        let left = format!(";r=0;t={wait}");
        assert!(answer.header("ratelimit").split(", ").any(|limit| limit.ends_with(&left)), "{answer:?}");
        assert!(answer.header("ratelimit-policy").contains(";q="), "{answer:?}");
        wait
    }
}
