"""What cards of lesson 06 say of answers that once met with silence, or were misled."""

CARDS = [
    (
        "conv2d",
        """\
def conv2d(image, kernel):
    h,w=len(kernel),len(kernel[0])
    out=[]
    for i in range(len(image)-h+1):
        row=[]
        for j in range(len(image[0])-w+1):
            s=0
            for u in range(h):
                for v in range(w): s+=kernel[u][v]*image[i+v][j+u]
            row.append(s)
        out.append(row)
    return out
""",
        "You mixed up the rows and the columns of the kernel",
    ),
    (
        "conv2d",
        """\
def conv2d(image, kernel):
    h,w=len(kernel),len(kernel[0])
    out=[]
    for i in range(len(image)-h+1):
        row=[]
        for j in range(len(image[0])-w+1):
            s=0
            for u in range(h):
                for v in range(w): s+=kernel[u][v]*image[i+u][j]
            row.append(s)
        out.append(row)
    return out
""",
        "All the weights of a row meet the same pixel",
    ),
    (
        "conv2d",
        """\
def conv2d(image, kernel):
    h,w=len(kernel),len(kernel[0])
    out=[]
    for i in range(len(image)-h+1):
        row=[]
        for j in range(len(image[0])-w+1):
            s=0
            for u in range(h):
                for v in range(w): s+=kernel[u][v]*image[i][j]
            row.append(s)
        out.append(row)
    return out
""",
        "All your weights meet one pixel",
    ),
    (
        "conv2d",
        """\
def conv2d(image, kernel):
    h,w=len(kernel),len(kernel)
    out=[]
    for i in range(len(image)-h+1):
        row=[]
        for j in range(len(image[0])-w+1):
            s=0
            for u in range(h):
                for v in range(w): s+=kernel[u][v]*image[i+u][j+v]
            row.append(s)
        out.append(row)
    return out
""",
        "You took the kernel for a square",
    ),
    (
        "conv2d",
        """\
def conv2d(image, kernel):
    h,w=len(kernel),len(kernel[0])
    out=[]
    row=[]
    for i in range(len(image)-h+1):
        for j in range(len(image[0])-w+1):
            s=0
            for u in range(h):
                for v in range(w): s+=kernel[u][v]*image[i+u][j+v]
            row.append(s)
        out.append(row)
    return out
""",
        "Start a new `row = []`",
    ),
    (
        "conv2d",
        """\
def conv2d(image, kernel):
    h,w=len(kernel),len(kernel[0])
    H,W=len(image)-h+1,len(image[0])-w+1
    out=[[0]*W]*H
    for i in range(H):
        for j in range(W):
            for u in range(h):
                for v in range(w): out[i][j]+=kernel[u][v]*image[i+u][j+v]
    return out
""",
        "makes no copy of it",
    ),
    (
        "conv2d",
        """\
def conv2d(image, kernel):
    h,w=len(kernel),len(kernel[0])
    H,W=len(image)-h+1,len(image[0])-w+1
    out=[[0]*W for _ in range(H)]
    for i in range(H):
        for j in range(W):
            for u in range(h):
                for v in range(w): out[i][j]=kernel[u][v]*image[i+u][j+v]
    return out
""",
        "`=` forgets what was there before",
    ),
    (
        "conv2d",
        """\
def conv2d(image, kernel):
    import numpy as np
    image,kernel=np.array(image),np.array(kernel)
    h,w=kernel.shape
    out=np.zeros((image.shape[0]-h,image.shape[1]-w))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i,j]=(image[i:i+h,j:j+w]*kernel).sum()
    return out
""",
        "You stop too early, in both directions",
    ),
    (
        "conv2d",
        """\
def conv2d(image, kernel):
    import numpy as np
    image,kernel=np.array(image),np.array(kernel)
    h,w=kernel.shape
    out=np.zeros((image.shape[0]-h+1,image.shape[1]-w+1),dtype=int)
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i,j]=(image[i:i+h,j:j+w]*kernel).sum()
    return out
""",
        "You cut off the fractions",
    ),
    (
        "conv2d",
        """\
def conv2d(image, kernel):
    h,w=len(kernel),len(kernel[0])
    out=[]
    for i in range(len(image)-h+1):
        row=[]
        for j in range(len(image[0])-w+1):
            s=0
            for u in range(h):
                for v in range(w): s+=kernel[u][v]*image[i+u][j+v]
        row.append(s)
        out.append(row)
    return out
""",
        "stand inside the loop over the columns",
    ),
    (
        "conv2d",
        """\
def conv2d(image, kernel):
    h,w=len(kernel),len(kernel[0])
    out=[]
    for j in range(len(image[0])-w+1):
        row=[]
        for i in range(len(image)-h+1):
            s=0
            for u in range(h):
                for v in range(w): s+=kernel[u][v]*image[i+u][j+v]
            row.append(s)
        out.append(row)
    return out
""",
        "Your answer lies on its side",
    ),
    (
        "conv2d",
        """\
def conv2d(image, kernel):
    h,w=len(kernel),len(kernel[0])
    total=0
    for i in range(len(image)-h+1):
        for j in range(len(image[0])-w+1):
            for u in range(h):
                for v in range(w): total+=kernel[u][v]*image[i+u][j+v]
    return total
""",
        "You added all the windows up",
    ),
    (
        "conv2d_params",
        """\
def pr(x): return x if isinstance(x,tuple) else (x,x)
def conv2d_params(in_channels, out_channels, kernel_size, groups=1, bias=True):
    h,w=pr(kernel_size)
    return in_channels//groups*out_channels*h*w+out_channels if bias else 0
""",
        "brackets say what it is about",
    ),
    (
        "conv2d_params",
        """\
def pr(x): return x if isinstance(x,tuple) else (x,x)
def conv2d_params(in_channels, out_channels, kernel_size, groups=1, bias=True):
    h,w=pr(kernel_size)
    return in_channels//groups*out_channels*h*w+(0 if bias else out_channels)
""",
        "the two ways of your `if` are swapped",
    ),
    (
        "conv2d_params",
        """\
def pr(x): return x if isinstance(x,tuple) else (x,x)
def conv2d_params(in_channels, out_channels, kernel_size, groups=1, bias=True):
    h,w=pr(kernel_size)
    return in_channels//groups*out_channels//groups*h*w+bias*out_channels
""",
        "You divided both channel numbers",
    ),
    (
        "conv2d_output_shape",
        """\
def pr(x): return x if isinstance(x,tuple) else (x,x)
def rule(n,k,s,p,d): return (n+2*p-d*(k-1)-1)//s+1
def conv2d_output_shape(input_shape, out_channels, kernel_size, stride=1, padding=0, dilation=1):
    N,C,H,W=input_shape
    H=conv1d_output_length(H,kernel_size,stride,padding,dilation)
    W=conv1d_output_length(W,kernel_size,stride,padding,dilation)
    return (N,out_channels,H,W)
""",
        "conv1d_output_length",
    ),
    (
        "conv2d_output_shape",
        """\
def pr(x): return x if isinstance(x,tuple) else (x,x)
def rule(n,k,s,p,d): return (n+2*p-d*(k-1)-1)//s+1
def conv2d_output_shape(input_shape, out_channels, kernel_size, stride=1, padding=0, dilation=1):
    N,C,H,W=input_shape
    if padding=='same': return (N,out_channels,H,W)
    if padding=='valid': padding=0
    k,s,p,d=map(pr,(kernel_size,stride,padding,dilation))
    return (N,out_channels,rule(H,k[0],s[0],p[0],d[0]),rule(W,k[0],s[0],p[0],d[0]))
""",
        "you used the first entry for both directions",
    ),
    (
        "conv2d_mult_adds",
        """\
def pr(x): return x if isinstance(x,tuple) else (x,x)
def rule(n,k,s,p,d): return (n+2*p-d*(k-1)-1)//s+1
def conv2d_output_shape(input_shape, out_channels, kernel_size, stride=1, padding=0, dilation=1):
    N,C,H,W=input_shape
    if padding=='same': return (N,out_channels,H,W)
    if padding=='valid': padding=0
    k,s,p,d=map(pr,(kernel_size,stride,padding,dilation))
    return (N,out_channels,rule(H,k[0],s[0],p[0],d[0]),rule(W,k[1],s[1],p[1],d[1]))
def conv2d_mult_adds(
    input_shape, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1):
    k=pr(kernel_size)
    C=input_shape[1]
    N,O,H,W=conv2d_output_shape(input_shape,out_channels,kernel_size)
    return N*O*H*W*C//groups*k[0]*k[1]
""",
        "Do you pass `stride`, `padding` and `dilation` on?",
    ),
    (
        "conv2d_mult_adds",
        """\
def pr(x): return x if isinstance(x,tuple) else (x,x)
def rule(n,k,s,p,d): return (n+2*p-d*(k-1)-1)//s+1
def conv2d_output_shape(input_shape, out_channels, kernel_size, stride=1, padding=0, dilation=1):
    N,C,H,W=input_shape
    if padding=='same': return (N,out_channels,H,W)
    if padding=='valid': padding=0
    k,s,p,d=map(pr,(kernel_size,stride,padding,dilation))
    return (N,out_channels,rule(H,k[0],s[0],p[0],d[0]),rule(W,k[1],s[1],p[1],d[1]))
def conv2d_mult_adds(
    input_shape, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1):
    k=pr(kernel_size)
    C=input_shape[1]
    N,O,H,W=conv2d_output_shape(input_shape,out_channels,kernel_size,stride)
    return N*O*H*W*C//groups*k[0]*k[1]
""",
        "neither `padding` nor `dilation`",
    ),
    (
        "conv2d_mult_adds",
        """\
def pr(x): return x if isinstance(x,tuple) else (x,x)
def rule(n,k,s,p,d): return (n+2*p-d*(k-1)-1)//s+1
def conv2d_output_shape(input_shape, out_channels, kernel_size, stride=1, padding=0, dilation=1):
    N,C,H,W=input_shape
    if padding=='same': return (N,out_channels,H,W)
    if padding=='valid': padding=0
    k,s,p,d=map(pr,(kernel_size,stride,padding,dilation))
    return (N,out_channels,rule(H,k[0],s[0],p[0],d[0]),rule(W,k[1],s[1],p[1],d[1]))
def conv2d_mult_adds(
    input_shape, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1):
    k=pr(kernel_size)
    C=input_shape[1]
    N,O,H,W=conv2d_output_shape(input_shape,out_channels,kernel_size)
    return N*O*H*W*C*k[0]*k[1]
""",
        "Do you pass `stride`, `padding` and `dilation` on?",
    ),
    (
        "conv2d_mult_adds",
        """\
def pr(x): return x if isinstance(x,tuple) else (x,x)
def rule(n,k,s,p,d): return (n+2*p-d*(k-1)-1)//s+1
def conv2d_output_shape(input_shape, out_channels, kernel_size, stride=1, padding=0, dilation=1):
    N,C,H,W=input_shape
    if padding=='same': return (N,out_channels,H,W)
    if padding=='valid': padding=0
    k,s,p,d=map(pr,(kernel_size,stride,padding,dilation))
    return (N,out_channels,rule(H,k[0],s[0],p[0],d[0]),rule(W,k[1],s[1],p[1],d[1]))
def conv2d_mult_adds(
    input_shape, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1):
    k=pr(kernel_size)
    C=input_shape[1]
    N,O,H,W=conv2d_output_shape(input_shape,out_channels,kernel_size,stride,padding,dilation)
    return N*O*H*W*O*C//groups*k[0]*k[1]
""",
        "You multiplied by the output channels twice",
    ),
    (
        "conv2d_mult_adds",
        """\
def pr(x): return x if isinstance(x,tuple) else (x,x)
def rule(n,k,s,p,d): return (n+2*p-d*(k-1)-1)//s+1
def conv2d_output_shape(input_shape, out_channels, kernel_size, stride=1, padding=0, dilation=1):
    N,C,H,W=input_shape
    if padding=='same': return (N,out_channels,H,W)
    if padding=='valid': padding=0
    k,s,p,d=map(pr,(kernel_size,stride,padding,dilation))
    return (N,out_channels,rule(H,k[0],s[0],p[0],d[0]),rule(W,k[1],s[1],p[1],d[1]))
def conv2d_mult_adds(
    input_shape, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1):
    k=pr(kernel_size)
    C=input_shape[1]
    N,O,H,W=conv2d_output_shape(input_shape,out_channels,kernel_size,stride,padding,dilation)
    return N*O*H*W*(C//groups)*(out_channels//groups)*k[0]*k[1]
""",
        "You multiplied by the output channels of a group",
    ),
]
