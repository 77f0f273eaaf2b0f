/** A lane as a split of the source. */
package io.millrace.zeromq.source.split;
