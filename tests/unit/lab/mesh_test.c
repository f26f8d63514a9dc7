#include "lab/mesh.h"

#include "lab/cities.h"
#include "tap.h"

/* The links of a mesh as "a-b a-c ...". */
static void
check_mesh(const char *const *codes, size_t count, const char *want)
{
	struct geo_point at[16];
	char got[512] = "";
	size_t len = 0;

	for (size_t i = 0; i < count; i++)
		at[i] = city_find(codes[i])->at;
	for (size_t a = 0; a < count; a++) {
		for (size_t b = a + 1; b < count; b++) {
			CHECK(mesh_joins(at, count, a, b) == mesh_joins(at, count, b, a));
			if (mesh_joins(at, count, a, b))
				len += (size_t)snprintf(got + len, sizeof(got) - len, "%s%s-%s",
				    len > 0 ? " " : "", codes[a], codes[b]);
		}
	}
	CHECK_STR(got, want);
}

TEST(two_cities_are_joined)
{
	check_mesh((const char *[]){ "lon", "nyc" }, 2, "lon-nyc");
}

TEST(a_detour_that_is_no_detour_replaces_the_long_link)
{
	check_mesh((const char *[]){ "tyo", "lax", "nyc" }, 3, "tyo-lax lax-nyc");
}

TEST(a_backbone_in_one_piece)
{
	check_mesh((const char *[]){ "lon", "ams", "fra", "par", "nyc", "sin", "hkg" }, 7,
	    "lon-ams lon-par lon-nyc ams-fra fra-hkg sin-hkg");
}

TEST(one_place_twice_stays_in_one_piece)
{
	check_mesh((const char *[]){ "lon", "lon", "par" }, 3, "lon-lon lon-par lon-par");
}
