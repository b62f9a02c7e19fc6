"""PredictionService and ModelService of TensorFlow Serving, over gRPC."""

import logging
from collections.abc import Callable
from typing import TypeVar

import grpc
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    inference_pb2,
    input_pb2,
    model_management_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
    regression_pb2,
)

from serving.model_server import call as calls
from serving.model_server import (
    errors,
    inference,
    loaded_model,
    model_api,
    model_config,
    tensor_proto,
    version_table,
)

NAMES = (
    "tensorflow.serving.PredictionService",
    "tensorflow.serving.ModelService",
)

_log = logging.getLogger("serving")
_Answer = TypeVar("_Answer")


def add_to_server(
    server: grpc.Server, api: model_api.ModelApi, *, max_tensor_bytes: int
) -> None:
    """Adds both services to a server.

    Args:
        server: one that has not started.
        api: does the work.
        max_tensor_bytes: what the inputs of a request may take, expanded.
    """
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
        _PredictionService(api, max_tensor_bytes), server
    )
    model_service_pb2_grpc.add_ModelServiceServicer_to_server(
        _ModelService(api), server
    )


class _PredictionService(prediction_service_pb2_grpc.PredictionServiceServicer):
    def __init__(self, api: model_api.ModelApi, max_tensor_bytes: int):
        self._api = api
        self._max_tensor_bytes = max_tensor_bytes

    def Predict(
        self, request: predict_pb2.PredictRequest, context: grpc.ServicerContext
    ) -> predict_pb2.PredictResponse:
        def answer(call: calls.Call) -> predict_pb2.PredictResponse:
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

        return _answered(context, answer)

    def GetModelMetadata(
        self,
        request: get_model_metadata_pb2.GetModelMetadataRequest,
        context: grpc.ServicerContext,
    ) -> get_model_metadata_pb2.GetModelMetadataResponse:
        def answer(
            _: calls.Call,
        ) -> get_model_metadata_pb2.GetModelMetadataResponse:
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

        return _answered(context, answer)

    def Classify(
        self,
        request: classification_pb2.ClassificationRequest,
        context: grpc.ServicerContext,
    ) -> classification_pb2.ClassificationResponse:
        def answer(
            call: calls.Call,
        ) -> classification_pb2.ClassificationResponse:
            _check_spec(request)
            task = inference.single_task(request.model_spec, "classify")
            (result,) = self._infer("Classify", [task], request.input, call)
            return classification_pb2.ClassificationResponse(
                model_spec=result.model_spec,
                result=result.classification_result,
            )

        return _answered(context, answer)

    def Regress(
        self,
        request: regression_pb2.RegressionRequest,
        context: grpc.ServicerContext,
    ) -> regression_pb2.RegressionResponse:
        def answer(call: calls.Call) -> regression_pb2.RegressionResponse:
            _check_spec(request)
            task = inference.single_task(request.model_spec, "regress")
            (result,) = self._infer("Regress", [task], request.input, call)
            return regression_pb2.RegressionResponse(
                model_spec=result.model_spec, result=result.regression_result
            )

        return _answered(context, answer)

    def MultiInference(
        self,
        request: inference_pb2.MultiInferenceRequest,
        context: grpc.ServicerContext,
    ) -> inference_pb2.MultiInferenceResponse:
        def answer(call: calls.Call) -> inference_pb2.MultiInferenceResponse:
            return inference_pb2.MultiInferenceResponse(
                results=self._infer(
                    "MultiInference", request.tasks, request.input, call
                )
            )

        return _answered(context, answer)

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


class _ModelService(model_service_pb2_grpc.ModelServiceServicer):
    def __init__(self, api: model_api.ModelApi):
        self._api = api

    def GetModelStatus(
        self,
        request: get_model_status_pb2.GetModelStatusRequest,
        context: grpc.ServicerContext,
    ) -> get_model_status_pb2.GetModelStatusResponse:
        def answer(
            _: calls.Call,
        ) -> get_model_status_pb2.GetModelStatusResponse:
            _check_spec(request)
            return status_response(self._api.status(request.model_spec))

        return _answered(context, answer)

    def HandleReloadConfigRequest(
        self,
        request: model_management_pb2.ReloadConfigRequest,
        context: grpc.ServicerContext,
    ) -> model_management_pb2.ReloadConfigResponse:
        def answer(
            call: calls.Call,
        ) -> model_management_pb2.ReloadConfigResponse:
            try:
                configs = model_config.from_proto(request.config)
            except errors.ConfigError as error:
                raise _invalid(str(error)) from error
            self._api.reload(configs, call)
            return model_management_pb2.ReloadConfigResponse()

        return _answered(context, answer)


def status_response(
    statuses: list[version_table.VersionStatus],
) -> get_model_status_pb2.GetModelStatusResponse:
    """The message that tells of the versions of one model."""
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


def _answered(
    context: grpc.ServicerContext, answer: Callable[[calls.Call], _Answer]
) -> _Answer:
    """Answers a request, or aborts it with the error's code and message."""
    call = calls.Call(context.time_remaining())
    # Also called when the request has been answered, which does no harm.
    if not context.add_callback(call.cancel):
        call.cancel()
    try:
        return answer(call)
    except errors.ServingError as error:
        code, message = error.code, error.message
    except Exception:
        # A mistake of ours must not show a client more than that.
        _log.exception("a request failed")
        code, message = grpc.StatusCode.INTERNAL, "internal error"
    context.abort(code, message)
    raise AssertionError("abort has raised")


def _check_spec(request: object) -> None:
    if not request.HasField("model_spec"):  # type: ignore[attr-defined]
        raise _invalid("Missing ModelSpec")


def _invalid(message: str) -> errors.ServingError:
    return errors.ServingError(grpc.StatusCode.INVALID_ARGUMENT, message)
