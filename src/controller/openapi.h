/* The OpenAPI document that describes all routes: openapi.json, embedded. */
#pragma once

extern const char openapi_document[];
