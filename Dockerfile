# The builder: Rust, and the image's C compiler for SQLite and aws-lc.
FROM rust:1.95-slim-bookworm AS build
WORKDIR /build

# The dependencies are a separate layer, built from the manifests and an empty program. It is rebuilt when Cargo.toml or
# Cargo.lock change, not when the sources do. rust-toolchain.toml is left out, because the image chooses the toolchain.
COPY .cargo .cargo
COPY Cargo.toml Cargo.lock ./
COPY crates/argon2id/Cargo.toml crates/argon2id/
COPY crates/clock/Cargo.toml crates/clock/
COPY crates/storage/Cargo.toml crates/storage/
COPY crates/twilio-verify/Cargo.toml crates/twilio-verify/
COPY crates/twilio-verify-sandbox/Cargo.toml crates/twilio-verify-sandbox/
RUN mkdir src crates/argon2id/src crates/clock/src crates/storage/src crates/twilio-verify/src \
        crates/twilio-verify-sandbox/src \
    && echo 'fn main() {}' >src/main.rs \
    && touch src/lib.rs crates/argon2id/src/lib.rs crates/clock/src/lib.rs crates/storage/src/lib.rs \
        crates/twilio-verify/src/lib.rs crates/twilio-verify-sandbox/src/lib.rs \
    && cargo build --release --locked --bin countersign

# config and migrations are compiled in. `touch` is needed because Cargo compares times, and the empty program is newer
# than the sources.
COPY config config
COPY migrations migrations
COPY crates crates
COPY src src
RUN touch src/main.rs src/lib.rs crates/*/src/lib.rs \
    && cargo build --release --locked --bin countersign \
    && mkdir /data

# The image: the C library, root certificates (for Twilio, and for PostgreSQL with sslmode=verify-full) and the program.
FROM debian:bookworm-slim
LABEL org.opencontainers.image.title="countersign" \
      org.opencontainers.image.description="A self-hosted authentication server: a password, then a one-time code sent by Twilio Verify" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /build/target/release/countersign /usr/local/bin/countersign
# A folder for an SQLite file. Mount a volume there.
COPY --from=build --chown=65532:65532 /data /data
WORKDIR /data
# A user id that is neither root's nor a user's of the host.
USER 65532:65532
ENV COUNTERSIGN__SERVER__LISTEN=0.0.0.0:3000
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=15s --retries=3 \
    CMD ["/usr/local/bin/countersign", "health"]
ENTRYPOINT ["/usr/local/bin/countersign"]
CMD ["serve"]
