from tests.integration.write.conftest import editor, publisher

__all__ = ["editor", "publisher"]
