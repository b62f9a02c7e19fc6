"""Answers the methods of PredictionService and ModelService.

Both are services of TensorFlow Serving. A method makes an answer of a request,
both as bytes, on a thread that may wait. How they come and go is grpc_server's
business.
"""

import dataclasses
import logging
from collections.abc import Callable, Mapping
from typing import Any

import grpc
from google.protobuf import message as messages
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    inference_pb2,
    input_pb2,
    model_management_pb2,
    predict_pb2,
    regression_pb2,
)

from serving.model_server import call as calls
from serving.model_server import (
    errors,
    inference,
    limits,
    loaded_model,
    model_api,
    model_config,
    tensor_proto,
    version_table,
)

PREDICTION_SERVICE = "tensorflow.serving.PredictionService"
MODEL_SERVICE = "tensorflow.serving.ModelService"
NAMES = (PREDICTION_SERVICE, MODEL_SERVICE)

_log = logging.getLogger("serving")


@dataclasses.dataclass(frozen=True)
class Method:
    """One method of a service.

    Attributes:
        request: the type of its requests.
        answer: makes the answer to one; raises ServingError.
    """

    request: type[messages.Message]
    answer: Callable[[Any, calls.Call], messages.Message]

    def __call__(self, sent: bytes, call: calls.Call) -> bytes:
        """Answers a request, both as bytes.

        Raises:
            ServingError: it cannot be answered; nothing else is raised.
        """
        try:
            call.check()
            call.hold(limits.message_bytes(sent, self.request.DESCRIPTOR))
            try:
                request = self.request.FromString(sent)
            except messages.DecodeError as error:
                raise _invalid(
                    f"the request is no {self.request.DESCRIPTOR.full_name}"
                ) from error
            return self.answer(request, call).SerializeToString()
        except errors.ServingError:
            raise
        except Exception as error:
            # A mistake of ours must not show a client more than that.
            _log.exception("a request failed")
            raise errors.ServingError(
                grpc.StatusCode.INTERNAL, "internal error"
            ) from error


def methods(
    api: model_api.ModelApi, *, max_tensor_bytes: int
) -> dict[str, Mapping[str, Method]]:
    """Returns the methods of both services, by service and name.

    Args:
        api: does the work.
        max_tensor_bytes: what the inputs of a request may take, expanded.
    """
    prediction = _PredictionService(api, max_tensor_bytes)
    model = _ModelService(api)
    return {
        PREDICTION_SERVICE: {
            "Predict": Method(predict_pb2.PredictRequest, prediction.predict),
            "GetModelMetadata": Method(
                get_model_metadata_pb2.GetModelMetadataRequest,
                prediction.metadata,
            ),
            "Classify": Method(
                classification_pb2.ClassificationRequest, prediction.classify
            ),
            "Regress": Method(
                regression_pb2.RegressionRequest, prediction.regress
            ),
            "MultiInference": Method(
                inference_pb2.MultiInferenceRequest, prediction.multi_inference
            ),
        },
        MODEL_SERVICE: {
            "GetModelStatus": Method(
                get_model_status_pb2.GetModelStatusRequest, model.status
            ),
            "HandleReloadConfigRequest": Method(
                model_management_pb2.ReloadConfigRequest, model.reload
            ),
        },
    }


class _PredictionService:
    def __init__(self, api: model_api.ModelApi, max_tensor_bytes: int):
        self._api = api
        self._max_tensor_bytes = max_tensor_bytes

    def predict(
        self, request: predict_pb2.PredictRequest, call: calls.Call
    ) -> predict_pb2.PredictResponse:
        _check_spec(request)
        spec, outputs = self._api.predict(
            request.model_spec,
            loaded_model.arrays_of(request.inputs, self._max_tensor_bytes),
            request.output_filter,
            call,
            "GRPC",
        )
        return predict_pb2.PredictResponse(
            model_spec=spec,
            outputs={
                name: tensor_proto.from_array(array)
                for name, array in outputs.items()
            },
        )

    def metadata(
        self,
        request: get_model_metadata_pb2.GetModelMetadataRequest,
        call: calls.Call,
    ) -> get_model_metadata_pb2.GetModelMetadataResponse:
        del call  # It takes no time.
        _check_spec(request)
        if not request.metadata_field:
            raise _invalid(
                "GetModelMetadataRequest must specify at least one "
                "metadata_field"
            )
        for field in request.metadata_field:
            if field != "signature_def":
                raise _invalid(f"Metadata field {field} is not supported")
        spec, signatures = self._api.metadata(request.model_spec)
        response = get_model_metadata_pb2.GetModelMetadataResponse(
            model_spec=spec
        )
        response.metadata["signature_def"].Pack(signatures)
        return response

    def classify(
        self,
        request: classification_pb2.ClassificationRequest,
        call: calls.Call,
    ) -> classification_pb2.ClassificationResponse:
        _check_spec(request)
        task = inference.single_task(request.model_spec, "classify")
        (result,) = self._infer("Classify", [task], request.input, call)
        return classification_pb2.ClassificationResponse(
            model_spec=result.model_spec,
            result=result.classification_result,
        )

    def regress(
        self, request: regression_pb2.RegressionRequest, call: calls.Call
    ) -> regression_pb2.RegressionResponse:
        _check_spec(request)
        task = inference.single_task(request.model_spec, "regress")
        (result,) = self._infer("Regress", [task], request.input, call)
        return regression_pb2.RegressionResponse(
            model_spec=result.model_spec, result=result.regression_result
        )

    def multi_inference(
        self, request: inference_pb2.MultiInferenceRequest, call: calls.Call
    ) -> inference_pb2.MultiInferenceResponse:
        return inference_pb2.MultiInferenceResponse(
            results=self._infer(
                "MultiInference", request.tasks, request.input, call
            )
        )

    def _infer(
        self,
        api: str,
        tasks: inference.Tasks,
        sent: input_pb2.Input,
        call: calls.Call,
    ) -> list[inference_pb2.InferenceResult]:
        return self._api.infer(
            api,
            tasks,
            lambda: inference.examples(sent, self._max_tensor_bytes),
            call,
            "GRPC",
        )


class _ModelService:
    def __init__(self, api: model_api.ModelApi):
        self._api = api

    def status(
        self,
        request: get_model_status_pb2.GetModelStatusRequest,
        call: calls.Call,
    ) -> get_model_status_pb2.GetModelStatusResponse:
        del call  # It takes no time.
        _check_spec(request)
        return status_response(self._api.status(request.model_spec))

    def reload(
        self,
        request: model_management_pb2.ReloadConfigRequest,
        call: calls.Call,
    ) -> model_management_pb2.ReloadConfigResponse:
        try:
            configs = model_config.from_proto(request.config)
        except errors.ConfigError as error:
            raise _invalid(str(error)) from error
        self._api.reload(configs, call)
        return model_management_pb2.ReloadConfigResponse()


def status_response(
    statuses: list[version_table.VersionStatus],
) -> get_model_status_pb2.GetModelStatusResponse:
    """Builds the message that tells of one model's versions."""
    response = get_model_status_pb2.GetModelStatusResponse()
    for status in statuses:
        version = response.model_version_status.add(
            version=status.version, state=int(status.state)
        )
        # Also where all is well, which is code 0.
        version.status.SetInParent()
        if status.error:
            version.status.error_code = grpc.StatusCode.UNKNOWN.value[0]
            version.status.error_message = status.error
    return response


def _check_spec(request: object) -> None:
    if not request.HasField("model_spec"):  # type: ignore[attr-defined]
        raise _invalid("Missing ModelSpec")


def _invalid(message: str) -> errors.ServingError:
    return errors.ServingError(grpc.StatusCode.INVALID_ARGUMENT, message)
