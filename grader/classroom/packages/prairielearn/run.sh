#!/usr/bin/env bash
# PrairieLearn's entrypoint. Students' code may not look where the keys and results are.
set -uo pipefail
base="${GRADE:-/grade}"
mkdir -p "$base/results"
chmod 700 "$base/results" "$base/serverFilesCourse"
exec "${GRADER:-grader}" judge "$base/student" --as prairielearn \
	--course "$base/serverFilesCourse/every-layer-counts" --to "$base/results/results.json"
