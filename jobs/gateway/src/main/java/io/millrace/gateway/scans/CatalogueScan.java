package io.millrace.gateway.scans;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;

/**
 * A scan as the catalogue has it.
 *
 * @param id session, number and start, such as {@code night.7-20261125T134500123Z}
 * @param session name of its session
 * @param number the detector's
 * @param generation how often the detector had begun to number anew
 * @param started when it was announced
 * @param ended null while it is under way
 * @param state of ZooKeeper's: {@code ANNOUNCED} to {@code FAILED}; or {@link #SILENT}
 * @param reason of the state, for people; empty if there is nothing to say
 * @param width positions in a row, flyback column included; 0 if not known
 * @param height rows; 0 if not known
 * @param complete frames of which every sector arrived
 * @param incomplete frames that lack sectors
 * @param absent frames of which nothing arrived
 * @param file path of the result, where it was written; null while there is none
 * @param bytes size of the file; null before that is known
 * @param sha256 of the file, in lower-case hexadecimal digits; null before that is known
 * @param notes what people have written
 * @param tags by which people find it, in alphabetical order
 * @param metadata what people have noted by name
 */
public record CatalogueScan(
    String id,
    String session,
    long number,
    int generation,
    Instant started,
    Instant ended,
    String state,
    String reason,
    int width,
    int height,
    long complete,
    long incomplete,
    long absent,
    String file,
    Long bytes,
    String sha256,
    String notes,
    List<String> tags,
    ObjectNode metadata) {

  /** The state of one that has not ended, and whose job has told of no frame for a long time. */
  static final String SILENT = "SILENT";

  /** Whether nothing more comes of it. */
  public boolean hasEnded() {
    return ended != null;
  }
}
