/// The contract: what is on each topic, in Avro.
///
/// [headgate.schema.Topic] lists the topics; each value has its `.avsc` (the only home of what a
/// field means) and a codec that writes and reads it by hand, without generated classes. Codecs of
/// frames and arrivals make no object per frame.
///
/// To add a value: write `src/main/avro/NAME.avsc` with `doc` on every field, a `NameCodec` over
/// [headgate.schema.AvroFraming], a test that passes `CodecContract`, and a row in
/// [headgate.schema.Topic].
package headgate.schema;
