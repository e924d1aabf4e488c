# Builds the image if a Docker engine is running.
source .ci/lib.sh
if ! docker info >/dev/null 2>&1; then
    echo 'no docker engine is running'
    exit "$SKIP_STATUS"
fi
docker build --tag countersign:ci .
docker run --rm countersign:ci --version
if docker compose version >/dev/null 2>&1; then
    POSTGRES_PASSWORD=x COUNTERSIGN__TOKENS__SECRET=x COUNTERSIGN__CODES__REGIONS=US docker compose config --quiet
fi
