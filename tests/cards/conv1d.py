"""What cards of lesson 05 say of answers that once met with silence, or were misled."""

CARDS = [
    (
        "conv1d",
        """\
def conv1d(values, kernel, bias=0.0, stride=1, padding=0):
    p=[0]*padding+values+[0]*padding
    return [sum(k*v for k,v in zip(kernel,p[i:]))+bias for i in range(0,len(p),stride)]
""",
        "A Python slice stops there without a word",
    ),
    (
        "conv1d",
        """\
def conv1d(values, kernel, bias=0.0, stride=1, padding=0):
    p=[0]*padding+values+[0]*padding
    out=[]
    for i in range(0,len(p)-len(kernel),stride):
        s=bias
        for j in range(len(kernel)): s+=kernel[j]*p[i+j]
        out.append(s)
    return out
""",
        "You stop too early",
    ),
    (
        "conv1d",
        """\
def conv1d(values, kernel, bias=0.0, stride=1, padding=0):
    p=[0]*padding+values+[0]*padding
    out=[]
    s=0
    for i in range(0,len(p)-len(kernel)+1,stride):
        for j in range(len(kernel)): s+=kernel[j]*p[i+j]
        out.append(s+bias)
    return out
""",
        "Your sum remembers the windows before",
    ),
    (
        "conv1d",
        """\
def conv1d(values, kernel, bias=0.0, stride=1, padding=0):
    p=[0]*padding+values+[0]*padding
    out=[]
    for i in range(0,len(p)-len(kernel)+1,stride):
        s=0
        for j in range(len(kernel)): s+=kernel[j]*p[i+j]+bias
        out.append(s)
    return out
""",
        "You added the bias once for each weight",
    ),
    (
        "conv1d",
        """\
def conv1d(values, kernel, bias=0.0, stride=1, padding=0):
    p=[0]*padding+values+[0]*padding
    out=[]
    for i in range(0,len(p)-len(kernel)+1,stride):
        s=0
        for j in range(len(kernel)):
            s+=kernel[j]*p[i+j]
            out.append(s+bias)
    return out
""",
        "does your `append` stand inside the inner loop",
    ),
    (
        "conv1d",
        """\
def conv1d(values, kernel, bias=0.0, stride=1, padding=0):
    p=[0]*padding+values+[0]*padding
    out=[]
    for i in range(0,len(p)-len(kernel)+1,stride):
        out.append([k*v for k,v in zip(kernel,p[i:i+len(kernel)])])
    return out
""",
        "You returned the products of each window",
    ),
    (
        "conv1d",
        """\
def conv1d(values, kernel, bias=0.0, stride=1, padding=0):
    p=[0]*padding+values+[0]*padding
    out=[]
    for i in range((len(p)-len(kernel)+1)//stride):
        out.append(sum(k*v for k,v in zip(kernel,p[i*stride:]))+bias)
    return out
""",
        "The first place always counts",
    ),
    (
        "conv1d",
        """\
def conv1d(values, kernel, bias=0.0, stride=1, padding=0):
    p=[0]*padding+values+[0]*padding
    n=(len(p)-len(kernel))//stride+1
    out=[]
    for i in range(n):
        out.append(sum(kernel[j]*p[i+j] for j in range(len(kernel)))+bias)
    return out
""",
        "The next one starts `stride` places further",
    ),
    (
        "conv1d",
        """\
def conv1d(values, kernel, bias=0.0, stride=1, padding=0):
    out=[]
    for i in range(0,len(values)-len(kernel)+1,stride):
        out.append(sum(kernel[j]*values[i+j] for j in range(len(kernel)))+bias)
    return out
""",
        "how many zeros stand at each end",
    ),
    (
        "conv1d",
        """\
def conv1d(values, kernel, bias=0.0, stride=1, padding=0):
    n=(len(values)+2*padding-len(kernel))//stride+1
    out=[]
    for i in range(n):
        s=bias
        for j in range(len(kernel)):
            t=i*stride+j-padding
            if t<len(values): s+=kernel[j]*values[t]
        out.append(s)
    return out
""",
        "In Python `values[-1]` is the last value",
    ),
    (
        "conv1d",
        """\
def conv1d(values, kernel, bias=0.0, stride=1, padding=0):
    values=[padding]+values+[padding]
    out=[]
    for i in range(0,len(values)-len(kernel)+1,stride):
        out.append(sum(kernel[j]*values[i+j] for j in range(len(kernel)))+bias)
    return out
""",
        "a list with one entry",
    ),
    (
        "conv1d",
        """\
def conv1d(values, kernel, bias=0.0, stride=1, padding=0):
    import numpy as np
    p=np.pad(values,padding)
    return np.convolve(p,kernel,mode="valid")[::stride]+bias
""",
        "You turned the kernel round",
    ),
    (
        "conv1d",
        """\
def conv1d(values, kernel, bias=0.0, stride=1, padding=0):
    import numpy as np
    return np.convolve(values,kernel)+bias
""",
        "turns the kernel round, as in mathematics",
    ),
    (
        "conv1d",
        """\
def conv1d(values, kernel, bias=0.0, stride=1, padding=0):
    p=[0]*padding+values+[0]*padding
    out=[]
    for i in range(0,len(p)-len(kernel)+1,stride):
        s=0
        for j in range(len(kernel)): s=kernel[j]*p[i+j]
        out.append(s+bias)
    return out
""",
        "`=` forgets what was there before",
    ),
    (
        "conv1d",
        """\
def conv1d(values, kernel, bias=0.0, stride=1, padding=0):
    p=[0]*padding+values+[0]*padding
    out=[]
    for i in range(0,len(p)-len(kernel)+1,stride):
        s=0
        for j in range(len(kernel)): s+=kernel[j]*p[i]
        out.append(s+bias)
    return out
""",
        "All your weights meet the first value",
    ),
    (
        "conv1d",
        """\
def conv1d(values, kernel, bias=0.0, stride=1, padding=0):
    p=[0]*padding+values+[0]*padding
    out=[]
    for i in range(0,len(p)-len(kernel)+1,stride):
        s=0
        for j in range(len(kernel)-1): s+=kernel[j]*p[i+j]
        out.append(s+bias)
    return out
""",
        "Your last weight meets nothing",
    ),
    (
        "conv1d",
        """\
def conv1d(values, kernel, bias=0.0, stride=1, padding=0):
    p=[0]*padding+values+[0]*padding
    starts=range(0,len(p)-len(kernel)+1,stride)
    return [round(sum(k*v for k,v in zip(kernel,p[i:i+len(kernel)]))+bias,2) for i in starts]
""",
        "rounded to 2 digits",
    ),
    (
        "conv1d",
        """\
def conv1d(values, kernel, bias=0.0, stride=1, padding=0):
    p=[0]*padding+values+[0]*padding
    out=[0]*(len(p)-len(kernel)+1)
    for i in range(0,len(out),stride):
        out[i]=sum(k*v for k,v in zip(kernel,p[i:i+len(kernel)]))+bias
    return out
""",
        "You left zeros in the places",
    ),
    (
        "conv1d_params",
        """\
def conv1d_params(in_channels, out_channels, kernel_size, groups=1, bias=True):
    return in_channels*out_channels*kernel_size//groups + (out_channels if not bias else 0)
""",
        "the two ways of your `if` are swapped",
    ),
    (
        "conv1d_params",
        """\
def conv1d_params(in_channels, out_channels, kernel_size, groups=1, bias=True):
    return in_channels // groups * out_channels * kernel_size + out_channels if bias else 0
""",
        "brackets say what it is about",
    ),
    (
        "conv1d_params",
        """\
def conv1d_params(in_channels, out_channels, kernel_size, groups=1, bias=True):
    return in_channels+out_channels*kernel_size+out_channels
""",
        "You added the input channels",
    ),
    (
        "conv1d_params",
        """\
def conv1d_params(in_channels, out_channels, kernel_size, groups=1, bias=True):
    return in_channels*kernel_size//groups + out_channels
""",
        "the weights of one filter",
    ),
    (
        "conv1d_params",
        """\
def conv1d_params(in_channels, out_channels, kernel_size, groups=1, bias=True):
    return in_channels*out_channels*kernel_size//groups + out_channels*kernel_size*bias
""",
        "A filter adds its bias once",
    ),
    (
        "conv1d_params",
        """\
def conv1d_params(in_channels, out_channels, kernel_size, groups=1, bias=True):
    return sum((in_channels,out_channels,kernel_size))
""",
        "You added three numbers",
    ),
    (
        "conv1d_output_length",
        """\
def conv1d_output_length(length, kernel_size, stride=1, padding=0, dilation=1):
    if padding=='same': return length
    if padding=='valid': padding=0
    return (length+2*padding-dilation*(kernel_size-1)-1)/stride+1
""",
        "a count is a whole number",
    ),
    (
        "conv1d_output_length",
        """\
def conv1d_output_length(length, kernel_size, stride=1, padding=0, dilation=1):
    if padding==same: return length
    return (length+2*padding-dilation*(kernel_size-1)-1)//stride+1
""",
        "name 'same' is not defined",
    ),
    (
        "conv1d_output_length",
        """\
def conv1d_output_length(length, kernel_size, stride=1, padding=0, dilation=1):
    if padding=='same': return length
    if padding=='valid': padding=0
    return length+2*padding-dilation*(kernel_size-1)-1//stride+1
""",
        "put brackets round everything",
    ),
    (
        "conv1d_output_length",
        """\
def conv1d_output_length(length, kernel_size, stride=1, padding=0, dilation=1):
    if padding=='same': return length
    if padding=='valid': padding=0
    return round((length+2*padding-dilation*(kernel_size-1)-1)/stride)+1
""",
        "always round down",
    ),
    (
        "conv1d_mult_adds",
        """\
def conv1d_output_length(length, kernel_size, stride=1, padding=0, dilation=1):
    if padding == "same": return length
    if padding == "valid": padding = 0
    return (length + 2*padding - dilation*(kernel_size-1) - 1)//stride + 1
def conv1d_mult_adds(
    input_shape, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1):
    N,C,L = input_shape
    Lo=conv1d_output_length(L,kernel_size,padding,stride,dilation)
    return N*C//groups*out_channels*kernel_size*Lo
""",
        "ZeroDivisionError",
    ),
    (
        "conv1d_mult_adds",
        """\
def conv1d_output_length(length, kernel_size, stride=1, padding=0, dilation=1):
    if padding == "same": return length
    if padding == "valid": padding = 0
    return (length + 2*padding - dilation*(kernel_size-1) - 1)//stride + 1
def conv1d_mult_adds(
    input_shape, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1):
    N,C,L = input_shape
    Lo=conv1d_output_length(L,kernel_size)
    return N*C//groups*out_channels*kernel_size*Lo
""",
        "Do you pass `stride`, `padding` and `dilation` on?",
    ),
    (
        "conv1d_mult_adds",
        """\
def conv1d_output_length(length, kernel_size, stride=1, padding=0, dilation=1):
    if padding == "same": return length
    if padding == "valid": padding = 0
    return (length + 2*padding - dilation*(kernel_size-1) - 1)//stride + 1
def conv1d_mult_adds(
    input_shape, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1):
    N,C,L = input_shape
    Lo=conv1d_output_length(L,kernel_size,stride)
    return N*C//groups*out_channels*kernel_size*Lo
""",
        "neither `padding` nor `dilation`",
    ),
    (
        "conv1d_mult_adds",
        """\
def conv1d_output_length(length, kernel_size, stride=1, padding=0, dilation=1):
    if padding == "same": return length
    if padding == "valid": padding = 0
    return (length + 2*padding - dilation*(kernel_size-1) - 1)//stride + 1
def conv1d_mult_adds(
    input_shape, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1):
    N,C,L = input_shape
    Lo=conv1d_output_length(L,kernel_size)
    return N*C*out_channels*kernel_size*Lo
""",
        "Do you pass `stride`, `padding` and `dilation` on?",
    ),
    (
        "conv1d_mult_adds",
        """\
def conv1d_output_length(length, kernel_size, stride=1, padding=0, dilation=1):
    if padding == "same": return length
    if padding == "valid": padding = 0
    return (length + 2*padding - dilation*(kernel_size-1) - 1)//stride + 1
def conv1d_mult_adds(
    input_shape, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1):
    N,C,L = input_shape
    Lo=conv1d_output_length(L,kernel_size,stride,padding,dilation)
    return N*out_channels*Lo+C//groups*kernel_size
""",
        "Each of these numbers costs",
    ),
    (
        "receptive_field",
        """\
def receptive_field(layers):
    f=1;j=1
    for k,s,d in layers:
        f+=d*(k-1)*j
        j+=s
    return f
""",
        "You add the strides",
    ),
    (
        "receptive_field",
        """\
def receptive_field(layers):
    f=1;j=1
    for k,s,d in layers:
        f+=d*(k-1)*j
        j*=s*d
    return f
""",
        "It spreads the weights of its own kernel only",
    ),
]
