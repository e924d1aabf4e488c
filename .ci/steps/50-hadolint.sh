# Lints the Dockerfile.
source .ci/lib.sh
tools=$(python_with .ci/requirements.txt)
"$tools/hadolint" --failure-threshold style Dockerfile
