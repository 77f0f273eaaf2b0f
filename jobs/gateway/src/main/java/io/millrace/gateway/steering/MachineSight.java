package io.millrace.gateway.steering;

import java.time.Instant;

/**
 * How a machine's facility was when it was last looked at.
 *
 * @param state up, degraded, down or unknown
 * @param text what it says to people, or why nobody knows
 * @param credentialExpires when what the gateway signs in with ends; null if it does not, or nobody
 *     says
 */
record MachineSight(String state, String text, Instant credentialExpires) {}
