/** The threads, sockets and memory of a lane. */
package io.millrace.zeromq.source.reader;
