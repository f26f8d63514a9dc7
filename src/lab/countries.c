#include "lab/countries.h"

#include <stddef.h>
#include <string.h>

#include "base/attr.h"

/* clang-format off */
static const struct country {
	const char *code, *name;
	const char *others; /* words that it goes by too; NULL: none */
} COUNTRIES[] = {
	{ "AE", "United Arab Emirates", "UAE" },
	{ "AL", "Albania", NULL },
	{ "AM", "Armenia", NULL },
	{ "AO", "Angola", NULL },
	{ "AR", "Argentina", NULL },
	{ "AT", "Austria", NULL },
	{ "AU", "Australia", NULL },
	{ "AZ", "Azerbaijan", NULL },
	{ "BA", "Bosnia and Herzegovina", NULL },
	{ "BD", "Bangladesh", NULL },
	{ "BE", "Belgium", NULL },
	{ "BG", "Bulgaria", NULL },
	{ "BH", "Bahrain", NULL },
	{ "BN", "Brunei", NULL },
	{ "BO", "Bolivia", NULL },
	{ "BR", "Brazil", NULL },
	{ "BW", "Botswana", NULL },
	{ "BY", "Belarus", NULL },
	{ "CA", "Canada", NULL },
	{ "CD", "Democratic Republic of the Congo", "Kinshasa" },
	{ "CH", "Switzerland", NULL },
	{ "CI", "Côte d'Ivoire", "Ivory Coast" },
	{ "CL", "Chile", NULL },
	{ "CM", "Cameroon", NULL },
	{ "CN", "China", NULL },
	{ "CO", "Colombia", NULL },
	{ "CR", "Costa Rica", NULL },
	{ "CU", "Cuba", NULL },
	{ "CY", "Cyprus", NULL },
	{ "CZ", "Czechia", "Czech Republic" },
	{ "DE", "Germany", NULL },
	{ "DJ", "Djibouti", NULL },
	{ "DK", "Denmark", NULL },
	{ "DO", "Dominican Republic", NULL },
	{ "DZ", "Algeria", NULL },
	{ "EC", "Ecuador", NULL },
	{ "EE", "Estonia", NULL },
	{ "EG", "Egypt", NULL },
	{ "ES", "Spain", NULL },
	{ "ET", "Ethiopia", NULL },
	{ "FI", "Finland", NULL },
	{ "FJ", "Fiji", NULL },
	{ "FR", "France", NULL },
	{ "GB", "United Kingdom", "UK Britain England Scotland Wales" },
	{ "GE", "Georgia", NULL },
	{ "GH", "Ghana", NULL },
	{ "GR", "Greece", NULL },
	{ "GT", "Guatemala", NULL },
	{ "GU", "Guam", NULL },
	{ "GY", "Guyana", NULL },
	{ "HK", "Hong Kong", NULL },
	{ "HN", "Honduras", NULL },
	{ "HR", "Croatia", NULL },
	{ "HU", "Hungary", NULL },
	{ "ID", "Indonesia", NULL },
	{ "IE", "Ireland", NULL },
	{ "IL", "Israel", NULL },
	{ "IM", "Isle of Man", NULL },
	{ "IN", "India", NULL },
	{ "IQ", "Iraq", NULL },
	{ "IR", "Iran", NULL },
	{ "IS", "Iceland", NULL },
	{ "IT", "Italy", NULL },
	{ "JM", "Jamaica", NULL },
	{ "JO", "Jordan", NULL },
	{ "JP", "Japan", NULL },
	{ "KE", "Kenya", NULL },
	{ "KG", "Kyrgyzstan", NULL },
	{ "KH", "Cambodia", NULL },
	{ "KR", "South Korea", NULL },
	{ "KW", "Kuwait", NULL },
	{ "KZ", "Kazakhstan", NULL },
	{ "LA", "Laos", NULL },
	{ "LB", "Lebanon", NULL },
	{ "LK", "Sri Lanka", NULL },
	{ "LT", "Lithuania", NULL },
	{ "LU", "Luxembourg", NULL },
	{ "LV", "Latvia", NULL },
	{ "LY", "Libya", NULL },
	{ "MA", "Morocco", NULL },
	{ "MD", "Moldova", NULL },
	{ "ME", "Montenegro", NULL },
	{ "MG", "Madagascar", NULL },
	{ "MK", "North Macedonia", NULL },
	{ "MM", "Myanmar", "Burma" },
	{ "MN", "Mongolia", NULL },
	{ "MO", "Macao", "Macau" },
	{ "MT", "Malta", NULL },
	{ "MU", "Mauritius", NULL },
	{ "MV", "Maldives", NULL },
	{ "MX", "Mexico", NULL },
	{ "MY", "Malaysia", NULL },
	{ "MZ", "Mozambique", NULL },
	{ "NA", "Namibia", NULL },
	{ "NC", "New Caledonia", NULL },
	{ "NG", "Nigeria", NULL },
	{ "NI", "Nicaragua", NULL },
	{ "NL", "Netherlands", "Holland" },
	{ "NO", "Norway", NULL },
	{ "NP", "Nepal", NULL },
	{ "NZ", "New Zealand", NULL },
	{ "OM", "Oman", NULL },
	{ "PA", "Panama", NULL },
	{ "PE", "Peru", NULL },
	{ "PF", "French Polynesia", NULL },
	{ "PG", "Papua New Guinea", NULL },
	{ "PH", "Philippines", NULL },
	{ "PK", "Pakistan", NULL },
	{ "PL", "Poland", NULL },
	{ "PR", "Puerto Rico", NULL },
	{ "PT", "Portugal", NULL },
	{ "PY", "Paraguay", NULL },
	{ "QA", "Qatar", NULL },
	{ "RE", "Réunion", "Reunion" },
	{ "RO", "Romania", NULL },
	{ "RS", "Serbia", NULL },
	{ "RU", "Russia", NULL },
	{ "RW", "Rwanda", NULL },
	{ "SA", "Saudi Arabia", NULL },
	{ "SD", "Sudan", NULL },
	{ "SE", "Sweden", NULL },
	{ "SG", "Singapore", NULL },
	{ "SI", "Slovenia", NULL },
	{ "SK", "Slovakia", NULL },
	{ "SN", "Senegal", NULL },
	{ "SR", "Suriname", NULL },
	{ "SV", "El Salvador", NULL },
	{ "TH", "Thailand", NULL },
	{ "TN", "Tunisia", NULL },
	{ "TR", "Türkiye", "Turkey" },
	{ "TT", "Trinidad and Tobago", NULL },
	{ "TW", "Taiwan", NULL },
	{ "TZ", "Tanzania", NULL },
	{ "UA", "Ukraine", NULL },
	{ "UG", "Uganda", NULL },
	{ "US", "United States", "USA America" },
	{ "UY", "Uruguay", NULL },
	{ "UZ", "Uzbekistan", NULL },
	{ "VE", "Venezuela", NULL },
	{ "VN", "Vietnam", NULL },
	{ "XK", "Kosovo", NULL },
	{ "ZA", "South Africa", NULL },
	{ "ZM", "Zambia", NULL },
	{ "ZW", "Zimbabwe", NULL },
};
/* clang-format on */

static const struct country *
find(const char *code)
{
	for (size_t i = 0; i < ARRAY_SIZE(COUNTRIES); i++) {
		if (strcmp(COUNTRIES[i].code, code) == 0)
			return &COUNTRIES[i];
	}
	return NULL;
}

const char *
country_name(const char *code)
{
	const struct country *c = find(code);

	return c != NULL ? c->name : NULL;
}

static bool
begins_word(const char *words, const char *text)
{
	size_t len = strlen(text);

	for (const char *p = words; (p = strcasestr(p, text)) != NULL; p++) {
		if ((p == words || p[-1] == ' ') && (len > 2 || p[len] == ' ' || p[len] == '\0'))
			return true;
	}
	return false;
}

bool
country_matches(const char *code, const char *text)
{
	const struct country *c = find(code);

	if (c == NULL || *text == '\0')
		return false;
	return begins_word(c->name, text) || (c->others != NULL && begins_word(c->others, text));
}
