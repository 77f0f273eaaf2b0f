/** Which reader pulls which lane. */
package io.millrace.zeromq.source.enumerator;
