"""Describes both services for reflection, which grpcurl asks for.

`tensorflow-serving-api` 2.15.1 has the descriptors in `*_service_pb2.py`, which
the protobuf of today refuses to import (`attribute 'has_options' ... is not
writable`). Its messages and its stubs are in order.
"""

from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.message import Message
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    inference_pb2,
    model_management_pb2,
    predict_pb2,
    regression_pb2,
)

_PACKAGE = "tensorflow.serving"

_Methods = dict[str, tuple[type[Message], type[Message]]]

_PREDICTION: _Methods = {
    "Classify": (
        classification_pb2.ClassificationRequest,
        classification_pb2.ClassificationResponse,
    ),
    "Regress": (
        regression_pb2.RegressionRequest,
        regression_pb2.RegressionResponse,
    ),
    "Predict": (predict_pb2.PredictRequest, predict_pb2.PredictResponse),
    "MultiInference": (
        inference_pb2.MultiInferenceRequest,
        inference_pb2.MultiInferenceResponse,
    ),
    "GetModelMetadata": (
        get_model_metadata_pb2.GetModelMetadataRequest,
        get_model_metadata_pb2.GetModelMetadataResponse,
    ),
}

_MODEL: _Methods = {
    "GetModelStatus": (
        get_model_status_pb2.GetModelStatusRequest,
        get_model_status_pb2.GetModelStatusResponse,
    ),
    "HandleReloadConfigRequest": (
        model_management_pb2.ReloadConfigRequest,
        model_management_pb2.ReloadConfigResponse,
    ),
}


def pool() -> descriptor_pool.DescriptorPool:
    """Returns the default pool, with both services in it."""
    pool = descriptor_pool.Default()
    for file, service, methods in (
        ("prediction_service", "PredictionService", _PREDICTION),
        ("model_service", "ModelService", _MODEL),
    ):
        declared = descriptor_pb2.FileDescriptorProto(
            name=f"tensorflow_serving/apis/{file}.proto",
            package=_PACKAGE,
            syntax="proto3",
            dependency=sorted(
                {
                    request.DESCRIPTOR.file.name
                    for request, _ in methods.values()
                }
            ),
        )
        offered = declared.service.add(name=service)
        for name, (request, response) in methods.items():
            offered.method.add(
                name=name,
                input_type=f".{request.DESCRIPTOR.full_name}",
                output_type=f".{response.DESCRIPTOR.full_name}",
            )
        # Twice the same does no harm.
        pool.Add(declared)
    return pool
