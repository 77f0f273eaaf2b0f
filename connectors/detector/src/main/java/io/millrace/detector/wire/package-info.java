/**
 * The ZeroMQ messages that producers and readers of this field speak today, byte for byte: headers
 * and announcements in msgpack, the way from a frame number to a lane, and the ports of lanes.
 */
package io.millrace.detector.wire;
