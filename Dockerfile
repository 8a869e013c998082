# The four binaries: one build, one small image each.
#   docker build --target api .     also: worker, bcn, aws-sim
ARG BUILD_IMAGE=rust:1-bookworm
ARG RUN_IMAGE=debian:bookworm-slim

FROM ${BUILD_IMAGE} AS build
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY api api
COPY shared shared
COPY tests tests
COPY worker worker
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/target \
    CARGO_TARGET_DIR=/target cargo build --release --locked \
      --package barcelona-api --package barcelona-worker --package bcn --package aws-sim \
    && mkdir /out \
    && cp /target/release/barcelona-api /target/release/barcelona-worker /target/release/bcn /target/release/aws-sim /out/

FROM ${RUN_IMAGE} AS run
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --no-create-home --uid 10001 barcelona
USER 10001
STOPSIGNAL SIGTERM

FROM run AS api
COPY --from=build /out/barcelona-api /usr/local/bin/
ENV BARCELONA_BIND=0.0.0.0:8080
EXPOSE 8080
ENTRYPOINT ["barcelona-api"]

FROM run AS worker
COPY --from=build /out/barcelona-worker /usr/local/bin/
ENTRYPOINT ["barcelona-worker"]

FROM run AS bcn
COPY --from=build /out/bcn /usr/local/bin/
ENTRYPOINT ["bcn"]

FROM run AS aws-sim
COPY --from=build /out/aws-sim /usr/local/bin/
EXPOSE 4566
ENTRYPOINT ["aws-sim", "--bind", "0.0.0.0:4566"]
