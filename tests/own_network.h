/*
 * A network namespace for a test program, so that it neither meets nor counts what others do on
 * this host: with `lo`, which is up, and nothing else.
 */
#pragma once

/*
 * NULL, or why it cannot be had. The first test that asks enters it for all that run behind it.
 * Without root it is that of a user namespace whose root we are, so that ip(8) is too; there must
 * be no other thread then.
 */
const char *own_network(void);
