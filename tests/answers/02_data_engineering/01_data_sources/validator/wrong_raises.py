# message: your function raises ValidationError
def sort_bodies(bodies):
    class Form(BaseModel):
        model_config = ConfigDict(strict=True, extra="forbid")
        id: int
        amount: float
        merchant: str

    return [(i, Form.model_validate_json(b).model_dump()) for i, b in enumerate(bodies)], []
