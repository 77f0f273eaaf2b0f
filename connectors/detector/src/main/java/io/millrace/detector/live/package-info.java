/**
 * Live messages: what a job tells a gateway about a scan while it runs.
 *
 * <pre>
 *   images ─ LiveMessage ─▶ LiveCodec ─ three message parts ─▶ LiveCodec ─ LiveSent ─▶ gateway
 * </pre>
 *
 * <ul>
 *   <li>{@link io.millrace.detector.live.LiveRows}: rows of the scan as they stand; the newest
 *       replaces those before
 *   <li>{@link io.millrace.detector.live.LivePattern}: the electrons by detector pixel so far; the
 *       newest replaces those before
 *   <li>{@link io.millrace.detector.live.LiveEvents}: the events of frames, each frame once
 *   <li>{@link io.millrace.detector.live.LiveEnd}: the account of a scan that is over
 *   <li>{@link io.millrace.detector.live.LiveSent}: a message with who sent it, and its number
 *   <li>{@link io.millrace.detector.live.LiveCodec}: bytes, and back; what is malformed gives a
 *       {@link io.millrace.detector.live.LiveFormatException}
 * </ul>
 *
 * A viewer that has the newest rows of a scan and its newest pattern sees the scan as it stands,
 * whatever was lost before.
 */
package io.millrace.detector.live;
