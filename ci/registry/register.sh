#!/bin/sh
# Registers a schema without references: register.sh SUBJECT FILE. For the step after `breakwater check --registry`; whatever else
# registers (a build plugin, a producer's client) takes its place. Needs curl and jq.
#
# BREAKWATER_REGISTRY_URL, BREAKWATER_REGISTRY_USER and BREAKWATER_REGISTRY_PASSWORD are those of the check.
set -eu

subject=$(printf %s "$1" | jq -Rr @uri)
jq -Rs '{schemaType: "PROTOBUF", schema: .}' "$2" >register.json
# The password stands in no command line.
if [ -n "${BREAKWATER_REGISTRY_USER-}" ]; then
	printf 'user = "%s:%s"\n' "$BREAKWATER_REGISTRY_USER" "${BREAKWATER_REGISTRY_PASSWORD-}"
fi | curl --config - --silent --show-error --fail --header 'Content-Type: application/vnd.schemaregistry.v1+json' \
	--data-binary @register.json "$BREAKWATER_REGISTRY_URL/subjects/$subject/versions"
rm -f register.json
