"""Lists the parts of Keras that a classifier's file may name.

None of them runs the file's code. The lists are explicit. What is on none of
them is refused by its name, since Keras would import, and call, whatever
function of whatever module a file says.
"""

LAYERS = frozenset(
    """
    Activation ActivityRegularization Add AdditiveAttention AlphaDropout
    Attention Average AveragePooling1D AveragePooling2D AveragePooling3D
    AvgPool1D AvgPool2D AvgPool3D BatchNormalization Bidirectional
    CategoryEncoding CenterCrop Concatenate Conv1D Conv1DTranspose Conv2D
    Conv2DTranspose Conv3D Conv3DTranspose ConvLSTM1D ConvLSTM2D ConvLSTM3D
    Convolution1D Convolution2D Convolution2DTranspose Convolution3D Cropping1D
    Cropping2D Cropping3D Dense DepthwiseConv1D DepthwiseConv2D Dot Dropout ELU
    EinsumDense Embedding Flatten GRU GRUCell GaussianDropout GaussianNoise
    GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D
    GlobalAvgPool1D GlobalAvgPool2D GlobalAvgPool3D GlobalMaxPool1D
    GlobalMaxPool2D GlobalMaxPool3D GlobalMaxPooling1D GlobalMaxPooling2D
    GlobalMaxPooling3D GroupNormalization InputLayer InputSpec LSTM LSTMCell
    LayerNormalization LeakyReLU LocallyConnected1D LocallyConnected2D Masking
    MaxPool1D MaxPool2D MaxPool3D MaxPooling1D MaxPooling2D MaxPooling3D
    Maximum Minimum MultiHeadAttention Multiply Normalization PReLU Permute
    RandomBrightness RandomContrast RandomCrop RandomFlip RandomHeight
    RandomRotation RandomTranslation RandomWidth RandomZoom ReLU RepeatVector
    Rescaling Reshape Resizing SeparableConv1D SeparableConv2D
    SeparableConvolution1D SeparableConvolution2D SimpleRNN SimpleRNNCell
    Softmax SpatialDropout1D SpatialDropout2D SpatialDropout3D
    SpectralNormalization StackedRNNCells Subtract SyncBatchNormalization
    ThresholdedReLU TimeDistributed UnitNormalization UpSampling1D UpSampling2D
    UpSampling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D Functional Model
    Sequential
    """.split()
)
ACTIVATIONS = frozenset(
    """
    elu exponential gelu hard_sigmoid leaky_relu linear log_softmax mish relu
    relu6 selu sigmoid silu softmax softplus softsign swish tanh
    """.split()
)
# Initialisers, regularisers and constraints; their names in a string are the
# same in small letters.
VARIABLE_PARTS = frozenset(
    """
    Constant GlorotNormal GlorotUniform HeNormal HeUniform Identity
    IdentityInitializer LecunNormal LecunUniform Ones Orthogonal
    OrthogonalInitializer RandomNormal RandomUniform TruncatedNormal
    VarianceScaling Zeros L1 L1L2 L2 OrthogonalRegularizer MaxNorm MinMaxNorm
    NonNeg RadialConstraint UnitNorm
    """.split()
)
# A part of a model that was trained on its own keeps how it was.
TRAINING_PARTS = frozenset(
    """
    Adadelta Adafactor Adagrad Adam AdamW Adamax Ftrl Lion Nadam RMSprop SGD
    CosineDecay CosineDecayRestarts ExponentialDecay InverseTimeDecay
    PiecewiseConstantDecay PolynomialDecay AUC Accuracy BinaryAccuracy
    BinaryCrossentropy BinaryFocalCrossentropy CategoricalAccuracy
    CategoricalCrossentropy CategoricalFocalCrossentropy CategoricalHinge
    F1Score Hinge Huber KLDivergence LogCosh Mean MeanAbsoluteError
    MeanSquaredError Poisson Precision Recall SparseCategoricalAccuracy
    SparseCategoricalCrossentropy SparseTopKCategoricalAccuracy SquaredHinge
    Sum TopKCategoricalAccuracy
    """.split()
)
# What Keras writes for a value that JSON has no kind for.
VALUES = frozenset(
    "Policy PolicyV1 DTypePolicy TensorShape __tensor__ __keras_tensor__ "
    "__numpy__ __ellipsis__ __tuple__ __bytes__ __slice__ slice".split()
)
# An operation of Keras 3 between layers (`keras.ops.softmax(x)`, `x / 255`);
# none that is given a function to call.
KERAS_3_OPERATIONS = frozenset(
    """
    Abs Absolute Add All Amax Amin Any Argmax Argmin AveragePool Average
    BatchNorm BroadcastTo Cast Ceil Clip Concatenate Conv ConvertToTensor Cos
    Cumsum DepthToSpace DepthwiseConv Divide DivideNoNan Dot Einsum Elu Equal
    Erf Exp ExpandDims Flip Floor FloorDivide Gelu GetItem Greater GreaterEqual
    HSVToRGB HardSigmoid HardSilu LeakyRelu Less LessEqual Log Log1p
    LogSigmoid LogSoftmax LogicalAnd LogicalNot LogicalOr Logsumexp Matmul Max
    MaxPool Maximum Mean Min Minimum Moments Moveaxis Multiply Negative
    Normalize NotEqual OneHot OnesLike Pad Power Prod RGBToGrayscale RGBToHSV
    Ravel Reciprocal Relu Relu6 Repeat Reshape Resize Roll Round Rsqrt Selu
    SeparableConv Sigmoid Sign Silu Sin Slice Softmax Softplus Softsign
    SpaceToDepth Split Sqrt Square Squeeze Stack Std StopGradient Subtract Sum
    Swapaxes Take Tanh Tensordot Tile TopK Transpose TrueDivide Unstack Var
    Where ZerosLike
    """.split()
)
# An operation of TensorFlow between layers (`tf.nn.softmax(x)`, `x / 255`).
OPERATION_LAYERS = frozenset("TFOpLambda SlicingOpLambda".split())
OPERATIONS = frozenset(
    """
    __operators__.add __operators__.getitem __operators__.ne __operators__.eq
    abs add argmax argmin broadcast_to cast clip_by_value concat
    convert_to_tensor cos divide einsum exp expand_dims gather greater
    greater_equal identity less less_equal logical_and logical_not logical_or
    matmul maximum minimum multiply negative one_hot ones_like pad pow range
    rank reduce_all reduce_any reduce_logsumexp reduce_max reduce_mean
    reduce_min reduce_prod reduce_sum repeat reshape reverse round scalar_mul
    shape sigmoid sign sin size slice split sqrt square squeeze stack
    stop_gradient strided_slice subtract tanh tensordot tile transpose truediv
    unstack where zeros_like math.abs math.add math.argmax math.argmin
    math.ceil math.cos math.cumsum math.divide math.divide_no_nan math.equal
    math.erf math.exp math.floor math.floordiv math.greater math.greater_equal
    math.l2_normalize math.less math.less_equal math.log math.log1p
    math.log_sigmoid math.logical_and math.logical_not math.logical_or
    math.maximum math.minimum math.multiply math.negative math.not_equal
    math.pow math.reciprocal math.reduce_all math.reduce_any
    math.reduce_euclidean_norm math.reduce_logsumexp math.reduce_max
    math.reduce_mean math.reduce_min math.reduce_prod math.reduce_std
    math.reduce_sum math.reduce_variance math.round math.rsqrt math.scalar_mul
    math.sigmoid math.sign math.sin math.softmax math.softplus math.sqrt
    math.square math.squared_difference math.subtract math.tanh math.top_k
    math.truediv nn.avg_pool nn.avg_pool2d nn.bias_add nn.conv2d
    nn.depthwise_conv2d nn.depth_to_space nn.elu nn.gelu nn.l2_normalize
    nn.leaky_relu nn.log_softmax nn.max_pool nn.max_pool2d nn.moments nn.relu
    nn.relu6 nn.selu nn.sigmoid nn.silu nn.softmax nn.softplus nn.softsign
    nn.space_to_depth nn.swish nn.tanh nn.batch_normalization nn.convolution
    nn.local_response_normalization image.adjust_brightness
    image.adjust_contrast image.adjust_gamma image.central_crop
    image.convert_image_dtype image.crop_to_bounding_box image.flip_left_right
    image.flip_up_down image.grayscale_to_rgb image.hsv_to_rgb
    image.pad_to_bounding_box image.per_image_standardization image.resize
    image.resize_with_crop_or_pad image.resize_with_pad image.rgb_to_grayscale
    image.rgb_to_hsv image.rgb_to_yuv image.rot90 image.transpose
    image.yuv_to_rgb keras.activations.elu keras.activations.gelu
    keras.activations.relu keras.activations.sigmoid keras.activations.softmax
    keras.activations.tanh keras.backend.cast keras.backend.bias_add
    keras.backend.mean linalg.einsum linalg.l2_normalize linalg.matmul
    linalg.normalize nest.flatten
    """.split()
)
