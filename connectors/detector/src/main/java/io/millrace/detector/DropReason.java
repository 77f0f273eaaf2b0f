package io.millrace.detector;

/**
 * Why a message was not used. Every reason has a counter, a metric and an entry in the counted
 * file.
 */
public enum DropReason {
  PART_COUNT("part-count", "a message of another number of parts than two (data) or one (info)"),
  HEADER_FORMAT("header-format", "a header that is not a msgpack array of unsigned integers"),
  FIELD_COUNT("field-count", "a header of another length than 8, 9 or 13"),
  FIELD_RANGE("field-range", "a header field outside its range"),
  INFO_FORMAT("info-format", "an info message that is not a msgpack map of scan to count"),
  OVERSIZED("oversized", "a part that is too long, which closes its connection"),
  PAYLOAD_SIZE("payload-size", "a payload of another size than the detector's sector"),
  UNKNOWN_MODULE("unknown-module", "a module that the detector does not have, or of another port"),
  EMPTY_SCAN("empty-scan", "a scan without positions"),
  HUGE_SCAN("huge-scan", "a scan of more positions than memory is meant for"),
  POSITION_OUTSIDE_SCAN("position-outside-scan", "a position outside the scan"),
  INCONSISTENT_SCAN_SIZE(
      "inconsistent-scan-size", "another scan size than the scan's first message"),
  INCONSISTENT_POSITION("inconsistent-position", "another position than the frame's first sector"),
  FOREIGN_SCAN("foreign-scan", "a scan that was not asked for"),
  FINISHED_SCAN("finished-scan", "a scan that has ended"),
  POSITION_FULL("position-full", "a frame of a position that has its frames already"),
  DUPLICATE("duplicate", "a sector that was there already"),
  LATE("late", "a sector of a frame that had left incomplete"),
  CORRUPT("corrupt", "a payload whose checksum is not that of its header"),
  GIVEN_UP(
      "given-up", "a sector that waited for its thresholds at a restart, and did not come again");

  private final String label;
  private final String description;

  DropReason(String label, String description) {
    this.label = label;
    this.description = description;
  }

  /** The name in metrics, files and logs. */
  public String label() {
    return label;
  }

  /** What it means, in half a sentence. */
  public String description() {
    return description;
  }
}
