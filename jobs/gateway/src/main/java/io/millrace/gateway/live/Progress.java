package io.millrace.gateway.live;

/**
 * How far a scan is.
 *
 * @param id of the scan
 * @param complete frames of which every sector arrived
 * @param incomplete frames that lack sectors
 * @param absent frames of which nothing arrived; 0 while the scan runs
 * @param absentByModule sectors of incomplete frames that did not arrive
 * @param framesPerSecond that came in over the last seconds
 * @param bytesPerSecond their pixels, as the detector sent them
 * @param seen frames that are here
 * @param expected frames that the scan has, as far as is known
 * @param gaps live messages that were lost on the way
 * @param state {@code STREAMING}, or how it ended
 */
record Progress(
    String id,
    long complete,
    long incomplete,
    long absent,
    long[] absentByModule,
    double framesPerSecond,
    double bytesPerSecond,
    long seen,
    long expected,
    long gaps,
    String state) {}
