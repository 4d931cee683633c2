// Registers schemas and writes records with Confluent's client for JavaScript.
//
// usage: node client.mjs FOLDER   (of the client's node_modules)
//
// Standard input and output as client.py's.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.argv[2], "package.json"));
const { createFileRegistry, createMutableRegistry, fromBinary, fromJson, toJson } = require("@bufbuild/protobuf");
const { FileDescriptorSetSchema } = require("@bufbuild/protobuf/wkt");
const { HeaderSchemaIdSerializer, ProtobufDeserializer, ProtobufSerializer, SchemaRegistryClient, SerdeType } = require("@confluentinc/schemaregistry");

const job = JSON.parse(readFileSync(0, "utf8"));
const files = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(job.set)));
const results = [];
for (const { topic, message, value } of job.writes) {
	const client = new SchemaRegistryClient({ baseURLs: [job.url] });
	const kind = files.getMessage(message);
	const conf = { autoRegisterSchemas: true, registry: createMutableRegistry(...[...files].filter(t => t.kind === "message")) };
	if (job.headers)
		conf.schemaIdSerializer = HeaderSchemaIdSerializer;
	const headers = {};
	const record = await new ProtobufSerializer(client, SerdeType.VALUE, conf).serialize(topic, fromJson(kind, value), headers);
	const result = { record: record.toString("hex"), headers: {} };
	for (const [name, bytes] of Object.entries(headers))
		result.headers[name] = Buffer.from(bytes).toString("hex");
	if (job.read) {
		const reader = new SchemaRegistryClient({ baseURLs: [job.url] });
		const read = await new ProtobufDeserializer(reader, SerdeType.VALUE, {}).deserialize(topic, record, headers);
		result.read = toJson(kind, read);
	}
	results.push(result);
}
process.stdout.write(JSON.stringify(results));
