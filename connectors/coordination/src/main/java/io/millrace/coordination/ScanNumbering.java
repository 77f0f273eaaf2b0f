package io.millrace.coordination;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.detector.ScanKey;
import java.io.IOException;

/**
 * How far a session's detector has counted: a scan whose number is not above all that were begun
 * since it last began anew belongs to the next generation. So the keys of a session's scans grow
 * with time, whatever the detector does with its numbers.
 *
 * @param version of this content
 * @param generation how often it has begun anew
 * @param highest number since then; -1 if there is none
 */
record ScanNumbering(
    @JsonProperty(required = true) int version,
    @JsonProperty(required = true) int generation,
    @JsonProperty(required = true) long highest) {
  /** Before the first scan. */
  static final ScanNumbering START = new ScanNumbering(Json.VERSION, 0, -1);

  /** The generation of a scan of this number that begins now. */
  int generationOfNext(long number) {
    return number > highest ? generation : Math.incrementExact(generation);
  }

  /** With a scan that was begun. */
  ScanNumbering with(long key) {
    int generationOfScan = ScanKey.generation(key);
    long number = ScanKey.number(key);
    if (generationOfScan < generation || generationOfScan == generation && number <= highest) {
      return this;
    }
    return new ScanNumbering(version, generationOfScan, number);
  }

  byte[] write() {
    return Json.write(this);
  }

  static ScanNumbering read(byte[] json) throws IOException {
    return Json.MAPPER.readValue(json, ScanNumbering.class);
  }
}
