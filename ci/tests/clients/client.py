"""Registers schemas and writes records with Confluent's client for Python.

Standard input: JSON {"url", "set": path of a FileDescriptorSet with imports, "headers": bool, "writes": [{"topic", "message", "value"}]}.
With "broker", the records are produced to their topics and consumed again before they are shown.
Standard output: JSON, a list of {"record": hexadecimal, "headers": {name: hexadecimal}, "read": the value that its own reader gives}.
"""
import json
import sys

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient, header_schema_id_serializer
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer, ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory



def through_broker(broker, topic, record, headers):
    """The record and its headers as a consumer gets them."""
    producer = Producer({"bootstrap.servers": broker, "log_level": 0})
    producer.produce(topic, record, headers=headers)
    if producer.flush(60):
        raise SystemExit("the broker takes no record")
    consumer = Consumer({"bootstrap.servers": broker, "group.id": "test", "log_level": 0})
    _, end = consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=60)
    consumer.assign([TopicPartition(topic, 0, end - 1)])
    message = consumer.poll(60)
    consumer.close()
    return message.value(), message.headers() or []


job = json.load(sys.stdin)
files = descriptor_pb2.FileDescriptorSet.FromString(open(job["set"], "rb").read())
pool = descriptor_pool.DescriptorPool()
for file in files.file:
    pool.Add(file)
client = SchemaRegistryClient({"url": job["url"]})
results = []
for write in job["writes"]:
    kind = message_factory.GetMessageClass(pool.FindMessageTypeByName(write["message"]))
    conf = {"auto.register.schemas": True}
    if job.get("headers"):
        conf["schema.id.serializer"] = header_schema_id_serializer
    context = SerializationContext(write["topic"], MessageField.VALUE, [])
    message = json_format.ParseDict(write["value"], kind())
    record = ProtobufSerializer(kind, client, conf)(message, context)
    headers = context.headers or []
    if job.get("broker"):
        record, headers = through_broker(job["broker"], write["topic"], record, headers)
    result = {"record": record.hex(), "headers": {name: value.hex() for name, value in headers}}
    if job.get("read"):
        read = ProtobufDeserializer(kind, {}, SchemaRegistryClient({"url": job["url"]}))(record, context)
        result["read"] = json_format.MessageToDict(read, preserving_proto_field_name=True)
    results.append(result)
json.dump(results, sys.stdout)
