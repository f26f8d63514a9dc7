/* A database for each test, of one server. */
#include <stdio.h>

#include "fixture.h"
#include "server.h"

const char *
fixture_new(void)
{
	static unsigned n;
	char name[16], sql[64];

	if (!server_start())
		return NULL;
	(void)snprintf(name, sizeof(name), "t%u", ++n);
	(void)snprintf(sql, sizeof(sql), "CREATE DATABASE %s", name);
	return server_do(sql) ? server_url(name) : NULL;
}
