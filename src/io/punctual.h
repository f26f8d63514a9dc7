/*
 * Being woken up on time.
 */
#pragma once

/*
 * Makes the calling thread as punctual as it may be: exact timers, and real-time scheduling. Where
 * that is refused, for want of privileges, the fair scheduler is asked for the shortest slices,
 * which it rewards with an early turn (Linux 6.12).
 */
void punctual_become(void);
