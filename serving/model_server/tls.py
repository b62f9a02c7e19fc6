"""Encrypts the gRPC port, and says who may connect to it."""

import grpc

from serving.model_server import errors, text_protos


def server_credentials(path: str) -> grpc.ServerCredentials:
    """Reads an ssl_config_file, whose fields hold PEM, not paths.

    Raises:
        ConfigError: the file cannot be read or lacks something.
    """
    config = text_protos.read(path, text_protos.SSLConfig)
    for name, word in (
        ("server_key", "PRIVATE KEY"),
        ("server_cert", "CERTIFICATE"),
        ("custom_ca", "CERTIFICATE"),
    ):
        text = getattr(config, name)
        needed = name != "custom_ca" or config.client_verify
        if (text or needed) and f"{word}-----" not in text:
            raise errors.ConfigError(
                f"{path}: {name} holds no {word} in PEM; expected the text "
                "between its BEGIN and END lines, not the name of a file"
            )
    return grpc.ssl_server_credentials(
        [(config.server_key.encode(), config.server_cert.encode())],
        root_certificates=config.custom_ca.encode() or None,
        require_client_auth=config.client_verify,
    )
