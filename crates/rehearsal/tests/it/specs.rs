//! Model list and specs, as a client reads them that builds its form from nothing else.

use serde_json::{Value, json};

use crate::{Stage, of_model};

async fn data(stage: &Stage, path: &str) -> Value {
    let reply: Value = stage.client.get(stage.url(path)).send().await.unwrap().json().await.unwrap();
    assert_eq!(reply["status"]["code"], 200, "{reply}");
    reply["data"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_knows_only_the_specs_can_submit_to_every_model() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::quick(folder.path()).await;
    let list = data(&stage, "/api/v1/skill/models?page=1&page_size=50&type=video&keywords=").await;
    assert_eq!((list["total"].as_u64(), list["total_pages"].as_u64()), (Some(5), Some(1)));
    for model in list["models"].as_array().unwrap() {
        let id = model["id"].as_str().unwrap();
        let spec = data(&stage, &format!("/api/v1/skill/models/{id}/spec")).await;
        assert_eq!(spec["model_id"], id);
        assert!(spec["api"]["endpoint"].as_str().unwrap().ends_with("/model/v1/generation"));
        let mut params = json!({});
        for parameter in spec["parameters"].as_array().unwrap() {
            for field in ["name", "path", "type", "required", "description", "constraints", "children"] {
                assert!(!parameter[field].is_null(), "{id}: {field} is missing in {parameter}");
            }
            let name = parameter["name"].as_str().unwrap();
            let constraints = &parameter["constraints"];
            if let Some(values) = constraints["enum"].as_array() {
                params[name] = values[0].clone();
            } else if !constraints["default"].is_null() {
                params[name] = constraints["default"].clone();
            }
        }
        let takes_text = model["input_modalities"].as_array().unwrap().contains(&json!("text"));
        assert!(takes_text, "{id}");
        params["content"] = json!([{ "type": "text", "text": "the sea" }]);
        let reply: Value = stage.submit_with(&of_model(id, params)).await.unwrap().json().await.unwrap();
        if id.ends_with("i2v") {
            assert_eq!(reply["error"]["code"], "003004002", "it needs a picture: {reply}");
        } else {
            assert!(reply["id"].is_string(), "{id}: {reply}");
        }
    }
    stage.service.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_paged_and_searched() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::quick(folder.path()).await;
    let page = data(&stage, "/api/v1/skill/models?page=2&page_size=2").await;
    assert_eq!(page["models"].as_array().map(Vec::len), Some(2));
    assert_eq!((page["page"].as_u64(), page["total_pages"].as_u64()), (Some(2), Some(3)));
    let found = data(&stage, "/api/v1/skill/models?keywords=i2v").await;
    assert_eq!(found["models"][0]["id"], "spark_dance_v1_0_lite_i2v");
    assert_eq!(data(&stage, "/api/v1/skill/models?type=audio").await["total"], 0);
    let missing = stage.client.get(stage.url("/api/v1/skill/models/nobody/spec")).send().await.unwrap();
    let missing: Value = missing.json().await.unwrap();
    assert_eq!(missing["status"]["code"], 404);
}
