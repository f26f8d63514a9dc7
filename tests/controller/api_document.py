"""The OpenAPI document of nearcast-controller, for tests that hold its answers against it."""
import re
import urllib.parse

try:
    import jsonschema
except ImportError:
    jsonschema = None


class Document:
    """The OpenAPI document: which operation a request is, and whether an answer is as it says."""

    def __init__(self, document):
        self.document = document
        self.seen = set()

    def operation(self, method, path):
        path = urllib.parse.urlsplit(path).path
        for pattern, methods in self.document['paths'].items():
            if re.fullmatch(re.sub(r'{\w+}', '[^/]+', pattern), path) and method.lower() in methods:
                return methods[method.lower()]
        return None

    def resolve(self, value):
        if '$ref' in value:
            _, group, name = value['$ref'].rsplit('/', 2)
            return self.document['components'][group][name]
        return value

    def whole(self, schema):
        """A schema that is named, or of which the first of several counts."""
        while '$ref' in schema or 'oneOf' in schema or 'anyOf' in schema:
            schema = self.resolve(schema) if '$ref' in schema else (schema.get('oneOf') or schema['anyOf'])[0]
        return schema

    def check(self, method, path, answer):
        """Fails when the answer is none that the document knows."""
        operation = self.operation(method, path)
        if operation is None:
            assert answer.status in (404, 405), f'{method} {path} is not described: {answer}'
            return
        assert str(answer.status) in operation['responses'], \
            f'{method} {path}: {answer.status} is not described: {answer}'
        self.seen.add((operation['operationId'], answer.status))
        response = self.resolve(operation['responses'][str(answer.status)])
        kind = answer.headers.get('Content-Type')
        assert kind in response.get('content', {None: None}), f'{method} {path}: {kind}'
        if answer.text and jsonschema:
            schema = {**response['content'][kind]['schema'], 'components': self.document['components']}
            jsonschema.Draft202012Validator(schema).validate(answer.json)
